// Makes one call after the other, as a script that uses the package would, and prints the results.
// Usage: node conversation.cjs URL TOKEN CALLS, the calls as a JSON list of parameters.
const { parse } = require('url');
const PiwikClient = require('piwik-client');

const [url, token, calls] = process.argv.slice(2);
const client = new PiwikClient(url, token);
client.settings.apiport = parse(url).port; // the package ignores the port in the URL

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
