// Asks the server one thing after the other, as a script with the package would, and prints what it was told.
// Usage: node conversation.cjs URL TOKEN CALLS, the calls as a JSON list of parameters.
const { parse } = require('url');
const PiwikClient = require('piwik-client');

const [url, token, calls] = process.argv.slice(2);
const client = new PiwikClient(url, token);
client.settings.apiport = parse(url).port; // the package forgets the port of its address

const said = [];
function next(left) {
  if (!left.length) {
    console.log(JSON.stringify(said));
    return;
  }
  client.api(left[0], (error, result) => {
    said.push({ error, result });
    next(left.slice(1));
  });
}
next(JSON.parse(calls));
