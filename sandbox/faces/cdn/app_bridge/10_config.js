// Perennial's stand-in for Shopify's App Bridge. Own code, MIT. Served in parts joined by sandbox/faces/cdn.py.
// It keeps the promises an app relies on (shopify.dev, "App Home": APIs and App Bridge web components).
// Where it differs from the real one: sandbox/faces/README.md.

// The admin that frames us is served from the same place as this script; with the real App Bridge the two are
// different origins, and `host` alone names the admin.
const ADMIN_ORIGIN = new URL(document.currentScript.src).origin;
const STORED = "app-bridge-config"; // host and shop survive in-frame navigation, which drops them from the address

function readConfig() {
  const query = new URLSearchParams(location.search);
  let kept = {};
  try {
    kept = JSON.parse(sessionStorage.getItem(STORED) || "{}");
  } catch {
    // storage may be forbidden in a third-party frame: then each page must carry host and shop itself
  }
  const read = (name) => query.get(name) || kept[name] || "";
  const config = {
    apiKey: document.querySelector('meta[name="shopify-api-key"]')?.content || "",
    host: read("host"), shop: read("shop"), locale: read("locale") || "en",
  };
  if (!config.apiKey) console.error("App Bridge: <meta name=\"shopify-api-key\"> must stand before this script.");
  if (!config.host) console.error("App Bridge: the first page must be opened with `host` (by the Shopify admin).");
  try {
    sessionStorage.setItem(STORED, JSON.stringify({ host: config.host, shop: config.shop, locale: config.locale }));
  } catch {
    // see above
  }
  return config;
}

/** `host` is base64url of "<admin host>/store/<handle>". */
function adminAddress(host) {
  try {
    return `${new URL(ADMIN_ORIGIN).protocol}//${atob(host.replace(/-/g, "+").replace(/_/g, "/"))}`;
  } catch {
    return "";
  }
}

const config = Object.freeze(readConfig());
const embedded = window.top !== window;

// Opened outside the admin: go into it, as the real one does for embedded apps.
if (!embedded && config.host && new URL(adminAddress(config.host) || "about:blank").origin === ADMIN_ORIGIN) {
  location.replace(`${adminAddress(config.host)}/apps/${encodeURIComponent(config.apiKey)}${appPath()}`);
}

/** The page's path as the admin shows it: without what the admin itself added. */
function appPath(address = location.href) {
  const url = new URL(address, location.href);
  for (const name of ["embedded", "host", "id_token", "locale", "session", "shop", "timestamp", "hmac"]) url.searchParams.delete(name);
  return url.pathname + url.search + url.hash;
}
