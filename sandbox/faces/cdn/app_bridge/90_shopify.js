// window.shopify, and what happens as the page comes and goes.

window.shopify = Object.assign(window.shopify || {}, {
  config,
  origin: location.origin,
  ready: Promise.resolve(),
  environment: Object.freeze({ embedded, mobile: false, pos: false }),
  idToken: () => idToken(),
  user: () => ask("user"),
  toast, loading, modal, saveBar, resourcePicker,
  scopes: {
    query: () => ask("scopes"),
    request: notModelled("scopes.request"),
    revoke: notModelled("scopes.revoke"),
  },
  picker: notModelled("picker"),
  reviews: { request: async () => ({ success: false, code: "recently-installed", message: "The sandbox has no App Store." }) },
  webVitals: { onReport: async () => undefined },
  support: { registerHandler: async () => undefined },
});

// Menus and save bars are drawn by the admin, never in the page. A constructed sheet passes a strict style-src.
const chrome = new CSSStyleSheet();
chrome.replaceSync("s-app-nav, ui-nav-menu, ui-save-bar, ui-title-bar { display: none !important; }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, chrome];

function settle() {
  tell("ready", { path: appPath(), title: document.title, bouncing: Boolean(bouncing) });
  tellMenu();
  new MutationObserver(() => {
    tellMenu();
    if (shownBar && !shownBar.isConnected) hideBar(shownBar); // its page was swapped away
  }).observe(document.documentElement, { subtree: true, childList: true, characterData: true });
}
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", settle);
else settle();
window.addEventListener("pagehide", () => tell("leaving"));
