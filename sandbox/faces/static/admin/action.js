// The action's side: the `shopify` its target gets, and a `fetch` that leads to the app (types: @shopify/ui-extensions, 2026-07).
(() => {
  const given = JSON.parse(document.getElementById("given").textContent);
  const waiting = new Map();
  let last = 0;
  const ask = (what, more = {}) => new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    parent.postMessage({ id: last, ask: what, ...more }, "*");
  });
  const translate = (key, options = {}) => {
    const found = key.split(".").reduce((at, part) => at?.[part], given.words);
    return typeof found === "string" ? found.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name) => options[name] ?? whole) : key;
  };
  // Shopify resolves a relative address against the app's own and adds an id token (docs: network features)
  const plain = globalThis.fetch.bind(globalThis);
  globalThis.fetch = async (address, options = {}) => {
    const { url, token } = await ask("app");
    const target = new URL(address, url);
    const headers = new Headers(options.headers);
    if (target.origin === new URL(url).origin) headers.set("Authorization", `Bearer ${token}`);
    return plain(target, { ...options, headers });
  };
  let run;
  globalThis.shopify = {
    extend: (target, callback) => { if (target === given.target) run = callback; },
    extension: { target: given.target },
    data: given.data,
    close: () => void ask("close"),
    i18n: { translate },
    auth: { idToken: async () => (await ask("app")).token },
  };
  addEventListener("message", (event) => {
    if (event.source !== parent) return;
    const { id, result, error } = event.data;
    if (error) waiting.get(id)?.reject(new Error(error));
    else waiting.get(id)?.resolve(result);
    waiting.delete(id);
  });
  addEventListener("click", (event) => {
    const link = event.composedPath().find((each) => each.localName === "a" && each.hasAttribute("href"));
    if (!link) return;
    event.preventDefault();
    void ask("navigate", { url: link.getAttribute("href") });
  });
  addEventListener("load", async () => {
    new ResizeObserver(() => parent.postMessage({ height: Math.ceil(document.body.getBoundingClientRect().height) + 8 }, "*")).observe(document.body);
    await run?.();
  });
})();
