// An OpenID provider for trying and testing logins by institution: `node provider.mjs realm.json`.
//
// Anybody logs in as any of the realm's accounts, with or without a second factor. The file is read
// again for each login, so that what is claimed of somebody can change while this runs.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const file = process.argv[2];
const realm = () => JSON.parse(readFileSync(file, 'utf8'));
const { issuer, port, clients, keys, cookie_keys: cookieKeys, audience } = realm();

const SINGLE = 'https://refeds.org/profile/sfa';
const MULTI = 'https://refeds.org/profile/mfa';
const ABOUT = [
  'eduperson_assurance', 'eduperson_scoped_affiliation', 'email', 'email_verified', 'family_name',
  'given_name', 'name', 'schac_home_organization', 'voperson_external_affiliation', 'voperson_id',
];

const configuration = {
  clients,
  jwks: { keys },
  cookies: { keys: cookieKeys },
  acrValues: [SINGLE, MULTI],
  claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], sid: null, iss: null, profile: ABOUT },
  scopes: ['openid', 'profile', 'email'],
  // The service is on this machine, to which the provider's own way of asking goes nowhere.
  fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
  pkce: { required: () => true },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  ttl: { AccessToken: 600, IdToken: 600, Interaction: 600, Session: 86400, Grant: 86400 },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // Of a token without a resource it is the provider's own userinfo that may be asked.
      getResourceServerInfo: (_, resource) => ({
        scope: 'openid',
        audience,
        accessTokenFormat: resource.endsWith(':opaque') ? 'opaque' : 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  async findAccount(_, id) {
    const claims = realm().accounts[id];
    return claims && { accountId: id, claims: () => ({ ...claims, sub: id }) };
  },
  // Whoever logs in agrees to all that is asked: this provider has no page of consent.
  async loadExistingGrant(ctx) {
    const { client, session, params } = ctx.oidc;
    const grant = new ctx.oidc.provider.Grant({ accountId: session.accountId, clientId: client.clientId });
    grant.addOIDCScope('openid profile email');
    for (const resource of [params.resource ?? []].flat()) grant.addResourceScope(resource, 'openid');
    await grant.save();
    return grant;
  },
};

const provider = new Provider(issuer, configuration);
provider.use(async (ctx, next) => { ctx.req.setTimeout(10000); await next(); });

const escaped = (text) => String(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

const page = (uid, params) => `<!doctype html><html lang="en"><title>Log in</title><h1>Example University</h1>
<form method="post" action="/interaction/${uid}">
<p>${escaped(params.client_id)} asks who you are.</p>
${Object.entries(realm().accounts).map(([id, claims], index) => `<p><label>
<input type="radio" name="account" value="${escaped(id)}"${index ? '' : ' checked'}>
${escaped(claims.name ?? id)}</label></p>`).join('\n')}
<p><label><input type="checkbox" name="mfa" value="yes" checked> with a second factor</label></p>
<button name="act" value="login">Log in</button> <button name="act" value="cancel">Cancel</button>
</form></html>`;

async function form(request) {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 10000) throw new Error('too large');
  }
  return new URLSearchParams(body);
}

async function interact(request, response) {
  const { uid, params } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(page(uid, params));
    return;
  }
  const answers = await form(request);
  const account = answers.get('account');
  const acr = answers.get('mfa') ? MULTI : SINGLE;
  const result = answers.get('act') === 'cancel' || !(account in realm().accounts)
    ? { error: 'access_denied', error_description: 'The person canceled the login.' }
    : { login: { accountId: account, acr, amr: answers.get('mfa') ? ['pwd', 'otp', 'mfa'] : ['pwd'] } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const handle = provider.callback();
createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) {
    handle(request, response);
    return;
  }
  interact(request, response).catch((error) => {
    response.statusCode = 400;
    response.end(String(error.message));
  });
}).listen(port, '127.0.0.1', () => console.log(`listening at ${issuer}`));
provider.on('backchannel.error', (ctx, error, client) => console.error(`logout at ${client.clientId}: ${error.message}`, error.cause ?? ''));
provider.on('server_error', (ctx, error) => console.error(error));
