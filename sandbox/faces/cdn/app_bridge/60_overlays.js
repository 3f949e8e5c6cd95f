// Toast, loading bar, and modals.

const toasts = new Map();
const toast = {
  show(message, { duration = 5000, isError = false, action = "", onAction, onDismiss } = {}) {
    const id = `toast-${++lastId}`;
    toasts.set(id, { onAction, onDismiss });
    tell("toast", { id, message: String(message), duration, isError, action });
    return id;
  },
  hide(id) {
    tell("toast-hide", { id });
  },
};
hear("toast-action", ({ id }) => toasts.get(id)?.onAction?.());
hear("toast-gone", ({ id }) => {
  toasts.get(id)?.onDismiss?.();
  toasts.delete(id);
});

const loading = (isLoading = true) => tell("loading", { on: Boolean(isLoading) });

/** <ui-modal>: shown inside the frame here; the real one draws it over the whole admin. */
class UiModal extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.attachShadow({ mode: "open" }).innerHTML = `<dialog><h2 part="title"></h2><slot></slot><footer></footer></dialog>`;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`dialog{border:0;border-radius:12px;padding:0;width:min(92vw,38rem);box-shadow:0 20px 60px rgb(0 0 0/.3)}
      dialog::backdrop{background:rgb(20 28 24/.5)} h2{font:600 1rem system-ui;margin:0;padding:1rem;border-bottom:1px solid #dbe0dc}
      footer{display:flex;gap:.5rem;justify-content:flex-end;padding:1rem;border-top:1px solid #dbe0dc} footer:empty{display:none}`);
    this.shadowRoot.adoptedStyleSheets = [sheet];
    this.dialog = this.shadowRoot.querySelector("dialog");
    this.dialog.addEventListener("close", () => this.dispatchEvent(new Event("hide", { bubbles: true })));
  }
  async show() {
    const bar = this.querySelector("ui-title-bar");
    this.shadowRoot.querySelector("h2").textContent = bar?.getAttribute("title") || "";
    this.shadowRoot.querySelector("footer").replaceChildren(...[...(bar?.querySelectorAll("button") || [])].map((button) => {
      const shown = button.cloneNode(true);
      shown.onclick = () => button.click();
      return shown;
    }));
    this.dialog.showModal();
    this.dispatchEvent(new Event("show", { bubbles: true }));
  }
  async hide() {
    this.dialog.close();
  }
  async toggle() {
    return this.dialog.open ? this.hide() : this.show();
  }
}
customElements.define("ui-modal", UiModal);

function modalNamed(id) {
  const modal = document.getElementById(id);
  if (!modal) throw new Error(`App Bridge: there is no modal with the id "${id}"`);
  return modal;
}
const modal = {
  async show(id) { const m = modalNamed(id); return m.showOverlay ? m.showOverlay() : m.show(); },
  async hide(id) { const m = modalNamed(id); return m.hideOverlay ? m.hideOverlay() : m.hide(); },
  async toggle(id) { const m = modalNamed(id); return m.toggleOverlay ? m.toggleOverlay() : m.toggle(); },
};

// The admin dims its own chrome while a modal is open in the frame.
for (const [name, on] of [["show", true], ["hide", false]]) {
  document.addEventListener(name, (event) => {
    if (/^(s|ui)-modal$/.test(event.target.localName)) tell("overlay", { on });
  }, true);
}
