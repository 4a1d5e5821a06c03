// Calls each operation that Frontdesk serves, only through the package, and prints the results as JSON.
// Usage: node conversation.mjs <base URL> <administrator> <password>

import { createHmac } from 'node:crypto';
import { isUmamiApiError, operations, UmamiClient } from '@umami/api-client';

const [baseUrl, username, password] = process.argv.slice(2);
const answers = [];
const errors = {};

// The package's client, recording the response of every operation.
function clientFor(token, more = {}) {
  return new Proxy(new UmamiClient({ baseUrl, token, ...more }), {
    get: (client, name) =>
      name in operations
        ? async input => {
            const answer = await client[name](input);
            answers.push({ operation: name, answer });
            return answer;
          }
        : client[name],
  });
}

async function failing(name, call) {
  const error = await call.then(() => undefined, reason => reason);
  if (!isUmamiApiError(error)) throw error ?? new Error(`${name} did not fail`);
  const { status, code, message, method, isUnauthorized, isNotFound, isServerError } = error;
  errors[name] = { status, code, message, method, isUnauthorized, isNotFound, isServerError };
}

const anonymous = clientFor();
const admin = clientFor((await anonymous.login({ username, password })).token);

async function auth() {
  await admin.verify();
  await admin.getSubscription();
  await admin.sso();
  await failing('wrong password', anonymous.login({ username, password: 'not the password' }));
  await failing('no token', anonymous.getMe());
}

async function users() {
  const made = await admin.createUser({ username: 'ada', password: 'correct horse', role: 'user' });
  const ada = clientFor((await anonymous.login({ username: 'ada', password: 'correct horse' })).token);
  await admin.updateUser({ userId: made.id, role: 'view-only' });
  await admin.updateUser({ userId: made.id, username: 'Ada', role: 'user' });
  await admin.getUser({ userId: made.id });
  await failing('name taken', admin.createUser({ username: 'ADA', password: 'correct horse', role: 'user' }));
  await failing('password too short', admin.createUser({ username: 'bob', password: 'short', role: 'user' }));
  await failing('not allowed', ada.getUser({ userId: (await admin.getMe()).user.id }));
  return { ada, adaId: made.id };
}

async function me({ ada }) {
  await ada.getMe();
  await ada.getMyTeams({ page: 1, pageSize: 5, orderBy: 'name', sortDescending: 'true' });
  await ada.getMyWebsites({ includeTeams: 'true', maxResults: 5 });
  await ada.updateMyPassword({ currentPassword: 'correct horse', newPassword: 'battery staple' });
  await failing('wrong current password', ada.updateMyPassword({ currentPassword: 'x', newPassword: 'correct horse' }));
}

async function keys({ ada }) {
  const { id: keyId, key: apiKey } = await ada.createMyApiKey({ name: 'Script' });
  const program = clientFor(undefined, { apiKey });
  await program.getMe();
  await program.getMyWebsites();
  await ada.getMyApiKeys();
  await failing('a key makes no keys', program.createMyApiKey({ name: 'Another' }));
  await ada.deleteMyApiKey({ keyId });
  await failing('key gone', program.getMe());
}

// The code of an authenticator app (RFC 6238), for the current time step or a later one.
function code(secret, later = 0) {
  const bits = [...secret].map(letter => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'));
  const bytes = bits.join('').match(/.{8}/g).map(byte => parseInt(byte, 2));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const hash = createHmac('sha1', Buffer.from(bytes)).update(step).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function secondFactor({ ada }) {
  await ada.getTwoFactorStatus();
  await ada.initiateTwoFactorSetup();
  await ada.cancelTwoFactorSetup();
  const { manualKey } = await ada.initiateTwoFactorSetup();
  const { backupCodes } = await ada.confirmTwoFactorSetup({ token: code(manualKey) });
  const { partialToken } = await anonymous.login({ username: 'ada', password: 'battery staple' });
  await clientFor(partialToken).verifyTwoFactor({ backupCode: backupCodes[0] });
  await ada.disableTwoFactor({ password: 'battery staple', token: code(manualKey, 1) });
}

async function teams({ ada, adaId }) {
  const [team, membership] = await admin.createTeam({ name: 'Blue' });
  const ids = { teamId: team.id, userId: adaId };
  await ada.joinTeam({ accessCode: team.accessCode });
  await failing('no such team', ada.joinTeam({ accessCode: 'team_nowhere' }));
  await admin.updateTeamUser({ ...ids, role: 'team-manager' });
  await admin.getTeamUser(ids);
  await admin.deleteTeamUser(ids);
  await admin.createTeamUser({ ...ids, role: 'team-member' });
  await admin.getTeamUsers({ teamId: team.id, search: 'AD', pageSize: 10 });
  await admin.getTeamUsers({ teamId: team.id });
  await admin.getTeams({ pageSize: 10 });
  await admin.getTeam({ teamId: team.id });
  await admin.updateTeam({ teamId: team.id, name: 'Green' });
  for (const list of ['getTeamLinks', 'getTeamPixels', 'getTeamBoards']) await admin[list]({ teamId: team.id });
  await admin.getUserTeams({ userId: adaId });
  return { teamId: team.id, adminId: membership.userId };
}

async function websites({ ada, adaId, teamId, adminId }) {
  const { id: websiteId } = await ada.createWebsite({ name: 'Site', domain: 'site.example' });
  await admin.createWebsite({ name: 'Team site', domain: 'team.example', teamId });
  await ada.getWebsite({ websiteId });
  await ada.updateWebsite({ websiteId, name: 'New name', shareId: 'first-slug' });
  await ada.listWebsites({ search: 'name', orderBy: 'name' });
  await admin.getUserWebsites({ userId: adaId, includeTeams: 'true' });
  await admin.getTeamWebsites({ teamId, search: 'team' });
  await ada.getMyWebsites();
  await failing('not the own website', admin.transferWebsite({ websiteId, teamId }));
  const { id: ownId } = await admin.createWebsite({ name: 'Own site', domain: 'own.example' });
  await admin.resetWebsite({ websiteId: ownId });
  await admin.transferWebsite({ websiteId: ownId, teamId });
  await admin.transferWebsite({ websiteId: ownId, userId: adminId });
  await failing('no such website', admin.getWebsite({ websiteId: '00000000-0000-4000-8000-000000000000' }));
  return { websiteId: ownId };
}

async function shares({ websiteId }) {
  const parameters = { overview: true };
  await admin.createWebsiteShare({ websiteId, name: 'Link', parameters });
  const { id: shareId } = await admin.createShare({
    entityId: websiteId, shareType: 1, name: 'Other link', slug: 'other-slug', parameters,
  });
  await admin.updateShare({ shareId, name: 'Renamed', slug: 'better-slug', parameters });
  await admin.getShare({ shareId });
  await admin.getWebsiteShares({ websiteId, pageSize: 10 });
  await anonymous.getShareBySlug({ slug: 'better-slug' });
  await admin.deleteShare({ shareId });
  await failing('share gone', anonymous.getShareBySlug({ slug: 'better-slug' }));
}

async function farewell({ adaId, teamId, websiteId }) {
  await admin.deleteWebsite({ websiteId });
  await admin.deleteTeam({ teamId });
  await admin.deleteUser({ userId: adaId });
  await admin.getUserWebsites({ userId: adaId });
  await admin.getUserTeams({ userId: adaId });
  await admin.logout();
  await failing('logged out', admin.getMe());
}

const known = {};
for (const chapter of [auth, users, me, keys, secondFactor, teams, websites, shares, farewell]) {
  Object.assign(known, await chapter(known));
}
console.log(JSON.stringify({ operations, answers, errors }));
