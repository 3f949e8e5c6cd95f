// The extension's side: the `shopify` and `navigation` that a target gets (types: @shopify/ui-extensions, 2026-07).
// In reality a worker with a remote DOM; here a frame without an origin, and a real DOM that nothing but s-elements is for.
(() => {
  const given = JSON.parse(document.getElementById("given").textContent);
  const waiting = new Map();
  let last = 0;
  const ask = (what, more = {}) => new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    parent.postMessage({ id: last, ask: what, ...more }, "*");
  });
  const signal = (value) => ({ value, subscribe: () => () => {} });

  /** The words of a dotted key; the plural by CLDR; {{names}} filled in. A key without words is shown as it is. */
  function translate(key, options = {}) {
    const found = key.split(".").reduce((at, part) => at?.[part], given.words);
    const plural = typeof found === "object" && found && "count" in options
      ? found[new Intl.PluralRules(given.language).select(options.count)] ?? found.other : found;
    if (typeof plural !== "string") return key;
    return plural.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name) => options[name] ?? whole);
  }
  const own = ({ inExtensionLocale, ...options } = {}) => options;

  const listeners = new Set();
  let path = given.path;
  const entry = () => ({ key: path, url: `extension:subscriptions${path}`, getState: () => undefined });
  globalThis.navigation = {
    get currentEntry() { return entry(); },
    navigate: (url) => void ask("navigate", { url }),
    updateCurrentEntry() {},
    addEventListener: (type, listener) => listeners.add(listener),
    removeEventListener: (type, listener) => listeners.delete(listener),
  };

  const order = given.order && { id: given.order.id, name: given.order.name };
  const lines = (given.order?.plans ?? []).map((sellingPlan, at) => ({ id: String(at), quantity: 1, merchandise: { sellingPlan: sellingPlan ?? undefined } }));
  let run;
  globalThis.shopify = {
    extend: (target, callback) => { if (target === given.target) run = callback; },
    extension: { target: given.target, apiVersion: "2026-07", capabilities: signal(["network_access"]), rendered: signal(true) },
    sessionToken: { get: () => ask("token") },
    localization: { language: signal({ isoCode: given.language }), extensionLanguage: signal({ isoCode: given.language }), country: signal(undefined) },
    i18n: {
      translate,
      formatNumber: (value, options) => new Intl.NumberFormat(given.language, own(options)).format(value),
      formatCurrency: (value, options) => new Intl.NumberFormat(given.language, { style: "currency", currency: given.currency, ...own(options) }).format(value),
      formatDate: (value, options) => new Intl.DateTimeFormat(given.language, own(options)).format(value),
    },
    settings: signal({}),
    authenticatedAccount: { customer: signal({ id: given.customer }), purchasingCompany: signal(undefined) },
    toast: { show: async (words) => { await ask("toast", { words }); return { hide() {} }; } },
    intents: {
      async invoke(url) {
        const contract = /^open:shopify\/SubscriptionContract,gid:\/\/shopify\/SubscriptionContract\/(\d+)\?field=paymentMethod$/.exec(url)?.[1];
        if (!contract) throw new Error(`the sandbox knows no intent "${url}"`);
        return { complete: ask("intent", { contract }) };
      },
    },
    shop: { myshopifyDomain: given.shop },
    order: signal(order ?? undefined),
    lines: signal(lines),
  };
  if (given.target.startsWith("purchase.")) delete globalThis.shopify.sessionToken; // a guest has none to show

  addEventListener("message", (event) => {
    if (event.source !== parent) return;
    const { id, result, error, navigated } = event.data;
    if (navigated !== undefined) {
      const from = entry();
      path = navigated;
      for (const listener of listeners) listener({ navigationType: event.data.type, from });
    } else if (error) waiting.get(id)?.reject(new Error(error));
    else waiting.get(id)?.resolve(result);
    waiting.delete(id);
  });
  // a link leads through the account: the frame itself goes nowhere
  addEventListener("click", (event) => {
    const link = event.composedPath().find((each) => each.localName === "a" && each.hasAttribute("href"));
    if (!link) return;
    event.preventDefault();
    void ask("navigate", { url: link.getAttribute("href") });
  });
  const grow = () => parent.postMessage({ height: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
  addEventListener("load", async () => {
    new ResizeObserver(grow).observe(document.body);
    await run?.();
    grow();
  });
})();
