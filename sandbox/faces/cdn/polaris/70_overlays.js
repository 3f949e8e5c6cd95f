// Overlays: modal, popover, menu, tooltip; and the attributes that open them, `commandfor` and `interestfor`.

class Modal extends Part {
  static attrs = ["size", "heading", "accessibilitylabel", "padding"];
  static html = `<dialog><div class="head"><h2></h2><button type="button" class="off" aria-label="Close">${svg("x")}</button></div><div class="body"><slot></slot></div>
    <div class="foot"><slot name="secondary-actions"></slot><slot name="primary-action"></slot></div></dialog>`;
  static css = `:host{display:contents} dialog{border:0;border-radius:14px;padding:0;width:min(92vw,38rem);max-height:88vh;box-shadow:0 24px 70px rgb(10 20 16/.35);color:var(--pn-ink);background:var(--pn-surface);font:14px/1.5 var(--pn-font)}
    dialog[open]{display:flex;flex-direction:column} dialog::backdrop{background:rgb(16 24 20/.5)} :host([size^=small]) dialog{width:min(92vw,26rem)} :host([size^=large]) dialog{width:min(94vw,60rem)}
    .head{display:flex;align-items:center;gap:8px;padding:12px 16px;background:var(--pn-surface-2);border-bottom:1px solid var(--pn-line)} h2{font-size:15px;margin:0;flex:1}
    .off{border:0;background:none;font-size:18px;padding:6px;border-radius:6px;cursor:pointer;display:inline-flex} .body{padding:16px;overflow:auto;display:grid;gap:12px;grid-template-columns:minmax(0,1fr)}
    :host([padding=none]) .body{padding:0} .foot{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:8px;padding:12px 16px;border-top:1px solid var(--pn-line)}`;
  setUp() {
    const dialog = this.dialog = this.$("dialog");
    const foot = () => { this.$(".foot").hidden = ![...this.shadowRoot.querySelectorAll(".foot slot")].some((s) => s.assignedElements().length); };
    this.$(".foot").addEventListener("slotchange", foot);
    foot();
    this.$(".off").addEventListener("click", () => this.hideOverlay());
    dialog.addEventListener("close", () => { this.say("hide"); this.say("afterhide"); });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) this.hideOverlay(); }); // the backdrop
  }
  draw() {
    this.$("h2").textContent = this.attr("heading");
    this.dialog.setAttribute("aria-label", this.attr("accessibilitylabel") || this.attr("heading") || "Dialog");
  }
  showOverlay() {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.say("show");
    this.say("aftershow");
  }
  hideOverlay() {
    if (this.dialog.open) this.dialog.close();
  }
  toggleOverlay() {
    if (this.dialog.open) this.hideOverlay();
    else this.showOverlay();
  }
  disconnectedCallback() {
    if (this.dialog.open) this.dialog.close();
  }
}

class Popover extends Part {
  static attrs = ["blocksize", "inlinesize", "maxblocksize", "maxinlinesize", "minblocksize", "mininlinesize"];
  static html = `<div popover="auto" class="pop"><slot></slot></div>`;
  static css = `:host{display:contents} .pop{position:fixed;inset:auto;margin:0;border:1px solid var(--pn-line);border-radius:10px;padding:8px;background:var(--pn-surface);color:var(--pn-ink);box-shadow:0 10px 30px rgb(10 20 16/.2);max-width:min(92vw,24rem);font:14px/1.5 var(--pn-font)}`;
  setUp() {
    this.pop = this.$(".pop");
    this.pop.addEventListener("toggle", (event) => {
      const open = event.newState === "open";
      for (const name of open ? ["show", "aftershow"] : ["hide", "afterhide"]) this.say(name);
      for (const name of ["toggle", "aftertoggle"]) this.say(name);
    });
  }
  get shown() {
    return this.pop.matches(":popover-open");
  }
  showOverlay(opener) {
    if (this.shown) return;
    this.pop.showPopover();
    if (opener) beside(this.pop, opener);
  }
  hideOverlay() {
    if (this.shown) this.pop.hidePopover();
  }
  toggleOverlay(opener) {
    if (this.shown) this.hideOverlay();
    else this.showOverlay(opener);
  }
}

class Menu extends Popover {
  static attrs = ["accessibilitylabel"];
  static css = `${Popover.css} .pop:popover-open{display:grid;gap:2px;min-width:10rem}`;
  setUp() {
    super.setUp();
    this.addEventListener("click", () => this.hideOverlay());
  }
  draw() {
    give(this.pop, { role: "group", "aria-label": this.attr("accessibilitylabel", "Menu") });
  }
}

class Tooltip extends Part {
  static html = `<div popover="manual" class="tip" role="tooltip"><slot></slot></div>`;
  static css = `:host{display:contents} .tip{position:fixed;inset:auto;margin:0;border:0;border-radius:8px;padding:5px 9px;background:var(--pn-ink);color:#fff;font:12.5px/1.4 var(--pn-font);max-width:min(80vw,18rem)}`;
  show(owner) {
    const tip = this.$(".tip");
    if (!tip.matches(":popover-open")) tip.showPopover();
    beside(tip, owner);
    const control = owner.shadowRoot?.querySelector(".control") || owner;
    control.setAttribute("aria-description", this.textContent.trim());
  }
  hide() {
    const tip = this.$(".tip");
    if (tip.matches(":popover-open")) tip.hidePopover();
  }
}

/** Below the opener, or above it when there is no room, and always inside the window. */
function beside(box, opener) {
  const from = opener.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const under = from.bottom + 6 + size.height <= innerHeight;
  box.style.top = `${Math.max(6, under ? from.bottom + 6 : from.top - size.height - 6)}px`;
  box.style.left = `${Math.max(6, Math.min(from.left, innerWidth - size.width - 6))}px`;
}

// commandfor: the pressed control shows, hides or toggles what it names.
document.addEventListener("click", (event) => {
  const opener = event.composedPath().find((node) => node.getAttribute?.("commandfor") && node.localName?.startsWith("s-"));
  if (!opener || opener.hasAttribute("disabled")) return;
  const named = document.getElementById(opener.getAttribute("commandfor"));
  const verb = { "--show": "showOverlay", "--hide": "hideOverlay" }[opener.getAttribute("command")] || "toggleOverlay";
  named?.[verb]?.(opener);
});

// interestfor: hover or focus shows the tooltip, leaving or Escape hides it.
const tipOf = (event) => {
  const owner = event.target.closest?.("[interestfor]");
  const tip = owner && document.getElementById(owner.getAttribute("interestfor"));
  return tip instanceof Tooltip ? [tip, owner] : null;
};
for (const name of ["pointerover", "focusin"]) document.addEventListener(name, (event) => { const found = tipOf(event); found?.[0].show(found[1]); });
for (const name of ["pointerout", "focusout"]) document.addEventListener(name, (event) => tipOf(event)?.[0].hide());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const tip of document.querySelectorAll("s-tooltip")) tip.hide?.();
});
