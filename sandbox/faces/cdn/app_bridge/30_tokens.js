// ID tokens: asked from the admin, kept while they have ten seconds to live, added to same-origin fetches.

let kept = { token: "", expires: 0 };
let underway = null; // one question at a time, however many fetches start together

function expiry(token) {
  const body = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
  return body.exp * 1000;
}

async function askForToken() {
  const { token } = await ask("id-token");
  kept = { token, expires: expiry(token) };
  return token;
}

async function idToken({ fresh = false } = {}) {
  if (!fresh && kept.expires - Date.now() > 10000) return kept.token;
  underway ??= askForToken().finally(() => { underway = null; });
  return underway;
}

const plainFetch = window.fetch.bind(window);

function withToken(request, token) {
  const signed = new Request(request);
  signed.headers.set("Authorization", `Bearer ${token}`);
  return signed;
}

/**
 * Same-origin requests carry `Authorization: Bearer <id token>`, unless the page set that header itself.
 * A 401 with `X-Shopify-Retry-Invalid-Session-Request: 1` is tried once more with a fresh token (Shopify docs:
 * "Session tokens").
 */
async function fetchWithToken(input, init) {
  const request = new Request(input, init);
  const ours = new URL(request.url).origin === location.origin;
  if (!embedded || !ours || request.headers.has("Authorization")) return plainFetch(input, init);
  const again = request.clone(); // before the first send: a body can be read once
  const answer = await plainFetch(withToken(request, await idToken()));
  const invalid = answer.status === 401 && answer.headers.get("X-Shopify-Retry-Invalid-Session-Request") === "1";
  if (!invalid) return answer;
  return plainFetch(withToken(again, await idToken({ fresh: true })));
}

window.fetch = fetchWithToken;
