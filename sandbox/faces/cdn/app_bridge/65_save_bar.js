// The save bar: by <ui-save-bar id> and shopify.saveBar, or by <form data-save-bar> (Shopify docs: "Save bar").

let shownBar = null; // a <ui-save-bar> or a <form data-save-bar>

const barButton = (bar, main) => [...bar.querySelectorAll("button")].find((b) => (b.getAttribute("variant") === "primary") === main);

function describeButton(button) {
  return { disabled: Boolean(button?.disabled), loading: Boolean(button?.hasAttribute("loading")) };
}

function tellBar() {
  const bar = shownBar;
  if (!bar) return tell("save-bar", { on: false });
  const isForm = bar.localName === "form";
  tell("save-bar", {
    on: true,
    confirm: bar.hasAttribute(isForm ? "data-discard-confirmation" : "discardconfirmation"),
    save: isForm ? {} : describeButton(barButton(bar, true)),
    discard: isForm ? {} : describeButton(barButton(bar, false)),
  });
}

function showBar(bar) {
  shownBar = bar;
  tellBar();
}

function hideBar(bar) {
  if (shownBar !== bar) return;
  shownBar = null;
  tellBar();
}

class UiSaveBar extends HTMLElement {
  connectedCallback() {
    this.watch ??= new MutationObserver(() => this.showing && tellBar());
    this.watch.observe(this, { subtree: true, attributes: true, childList: true });
  }
  disconnectedCallback() {
    this.watch.disconnect();
    hideBar(this);
  }
  get showing() { return shownBar === this; }
  async show() { showBar(this); this.dispatchEvent(new Event("show")); }
  async hide() { hideBar(this); this.dispatchEvent(new Event("hide")); }
  async toggle() { return this.showing ? this.hide() : this.show(); }
}
customElements.define("ui-save-bar", UiSaveBar);

function barNamed(id) {
  const bar = document.getElementById(id);
  if (!(bar instanceof UiSaveBar)) throw new Error(`App Bridge: there is no <ui-save-bar id="${id}">`);
  return bar;
}

const saveBar = {
  async show(id) { return barNamed(id).show(); },
  async hide(id) { return barNamed(id).hide(); },
  async toggle(id) { return barNamed(id).toggle(); },
  /** Settles at once without a shown bar; rejects when the merchant chooses to stay. */
  async leaveConfirmation() {
    if (!shownBar) return;
    const { leave } = await ask("leave-confirmation", {}, { patience: 0 });
    if (!leave) throw new Error("App Bridge: the merchant stays on the page");
    hideBar(shownBar);
  },
};

hear("save-bar-action", ({ action }) => {
  const bar = shownBar;
  if (!bar) return;
  if (bar.localName !== "form") return barButton(bar, action === "save")?.click();
  if (action === "save") bar.requestSubmit();
  else bar.reset();
});

// Forms: what they held before the first touch is what "unsaved" is measured against.
const before = new WeakMap();
const content = (form) => new URLSearchParams(new FormData(form)).toString();
const watched = (event) => event.target.closest?.("form[data-save-bar]");

for (const name of ["focusin", "pointerdown"]) {
  document.addEventListener(name, (event) => {
    const form = watched(event);
    if (form && !before.has(form)) before.set(form, content(form));
  }, true);
}
for (const name of ["input", "change"]) {
  document.addEventListener(name, (event) => {
    const form = watched(event);
    if (!form) return;
    if (content(form) === before.get(form)) hideBar(form);
    else showBar(form);
  });
}
for (const name of ["submit", "reset"]) {
  document.addEventListener(name, (event) => {
    const form = watched(event);
    if (!form) return;
    before.delete(form);
    hideBar(form);
  });
}
