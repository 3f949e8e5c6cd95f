// The bounce: a document request without a valid token was sent here, to `?shopify-reload=<where it wanted to go>`.
// We go there again with a fresh token. Three bounces of one address in ten seconds mean that the app refuses our
// tokens: say so in the admin, and stop, instead of flickering for ever.

const RELOAD = "shopify-reload";

function tooManyBounces(target) {
  const since = Date.now() - 10000;
  let past = [];
  try {
    past = JSON.parse(sessionStorage.getItem("app-bridge-bounces") || "[]").filter((b) => b.at > since);
    past.push({ at: Date.now(), target });
    sessionStorage.setItem("app-bridge-bounces", JSON.stringify(past));
  } catch {
    return false;
  }
  return past.filter((bounce) => bounce.target === target).length > 3;
}

async function bounce(target) {
  const url = new URL(target, location.origin);
  if (url.origin !== location.origin) return console.error("App Bridge: shopify-reload must stay on the app's own origin");
  if (tooManyBounces(url.pathname)) return tell("failed", { reason: `The app refused a fresh token for ${url.pathname} three times.` });
  tell("bounced", { path: appPath(url.href) });
  const known = { embedded: "1", host: config.host, shop: config.shop, locale: config.locale };
  for (const [name, value] of Object.entries(known)) if (value && !url.searchParams.has(name)) url.searchParams.set(name, value);
  url.searchParams.set("id_token", await idToken({ fresh: true }));
  location.replace(url.href);
}

const bouncing = embedded && new URLSearchParams(location.search).get(RELOAD);
if (bouncing) bounce(bouncing);
