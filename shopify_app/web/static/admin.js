// The frame's glue: links and forms are fetched (App Bridge adds the token) and swapped into <main id="page"> by htmx.
// A plain link inside the frame would carry no token and end at the bounce page.
(() => {
  const SPENT = ["id_token", "hmac", "session", "timestamp"]; // of the admin's launch parameters
  const LASTING = ["embedded", "host", "locale", "shop"];
  const page = () => document.getElementById("page");
  const words = document.body.dataset; // what is said here, in the language of the page
  const said = { "X-Perennial-Language": words.language };

  /** Fetches an address of ours and shows it as the page, with its own entry in the browser's history. */
  async function go(href) {
    try {
      await shopify.saveBar.leaveConfirmation();
    } catch {
      return; // the merchant stays with unsaved changes
    }
    await htmx.ajax("GET", href, { target: "#page", swap: "outerHTML", push: "true" });
  }

  /** The href of a link of ours in a click's path, through shadow roots; null when the browser should follow it. */
  function ownHref(event) {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
    const link = event.composedPath().find((node) => node.hasAttribute?.("href"));
    const href = link?.getAttribute("href") ?? "";
    const elsewhere = ["_blank", "_top", "_parent"].includes(link?.getAttribute("target"));
    return href.startsWith("/") && !href.startsWith("//") && !elsewhere ? href : null;
  }

  document.addEventListener("click", (event) => {
    const href = ownHref(event);
    if (!href) return;
    event.preventDefault();
    go(href);
  });

  /** Fetches a file of ours, since a plain link would carry no token, and hands it to the browser to keep. */
  async function download(address, name) {
    const answer = await fetch(address, { headers: said });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  document.addEventListener("click", (event) => {
    const button = event.composedPath().find((node) => node.dataset?.download);
    if (button) download(button.dataset.download, button.dataset.file).catch(() => say(words.noFile, true));
  });

  document.addEventListener("click", (event) => {
    if (event.composedPath().some((node) => node.dataset && "print" in node.dataset)) window.print();
  });

  /** Lets the merchant choose a variant in Shopify's own picker, and goes on with it to an address of ours. */
  async function pickVariant(address) {
    const chosen = await shopify.resourcePicker({ type: "variant", action: "select", multiple: false });
    if (!chosen?.length) return; // cancelled
    const next = new URL(address, location.href);
    next.searchParams.set("variant", chosen[0].id);
    await go(next.pathname + next.search);
  }

  document.addEventListener("click", (event) => {
    const button = event.composedPath().find((node) => node.dataset?.pickVariant);
    if (button) pickVariant(button.dataset.pickVariant).catch(() => say(words.noProducts, true));
  });

  // The admin's own menu.
  document.addEventListener("shopify:navigate", (event) => {
    const href = event.target.getAttribute("href");
    if (!href?.startsWith("/")) return;
    event.preventDefault();
    go(href);
  });

  // The first address loses what has done its work: going back must not send a dead token. It keeps the shop, and so do
  // all later ones, so that a reload of the frame alone still finds its way through the bounce page.
  const first = new URL(location.href);
  for (const name of SPENT) first.searchParams.delete(name);
  const relative = (url) => url.pathname + url.search + url.hash;
  history.replaceState({ htmx: true }, "", relative(first));

  document.addEventListener("htmx:before:history:update", (event) => {
    const address = new URL(event.detail.history.path, location.href);
    for (const name of LASTING) if (first.searchParams.has(name)) address.searchParams.set(name, first.searchParams.get(name));
    event.detail.history.path = relative(address);
  });

  const isQuiet = (event) => Boolean(event.detail?.ctx?.sourceElement?.closest?.("[data-quiet]"));
  const say = (words, isError = false) => shopify.toast.show(words, { isError });

  document.addEventListener("htmx:config:request", (event) => Object.assign(event.detail.ctx.request.headers, said));
  document.addEventListener("htmx:before:request", (event) => {
    if (!isQuiet(event)) shopify.loading(true);
  });
  document.addEventListener("htmx:finally:request", (event) => {
    if (!isQuiet(event)) shopify.loading(false);
  });

  // An error answer that is no page of ours (a proxy's, an expired session) never replaces the page.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.title) document.title = ctx.title; // now, so that the new history entry goes with the new title
    if (ctx.response.status < 400 || ctx.text.includes('id="page"')) return;
    event.preventDefault();
    if (isQuiet(event)) return;
    say(ctx.response.status === 401 ? words.ended : words.failed, true);
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail?.ctx && !isQuiet(event)) say(words.noAnswer, true);
  });

  function arrive(place) {
    const { toast, toastError } = place.dataset;
    if (toast) say(toast, toastError !== undefined);
    const wrong = place.querySelector("[error]");
    if (!wrong) window.scrollTo(0, 0);
    (wrong ?? place).focus({ preventScroll: !wrong }); // a screen reader reads the new page's name
  }

  let shown = page();
  document.addEventListener("htmx:before:history:restore", () => { shown = null; }); // going back refills the same element
  document.addEventListener("htmx:after:swap", () => {
    const place = page();
    if (!place || place === shown) return; // a part of the page was swapped
    shown = place;
    arrive(place);
  });
})();
