// The base of every stand-in: an open shadow root from a template kept per class, repainted when an attribute changes.

class Part extends HTMLElement {
  static attrs = []; // attributes as HTML spells them: lower case
  static html = "<slot></slot>";
  static css = "";
  static delegates = false; // focus goes to the control inside
  static role = ""; // ARIA role of the host itself

  static get observedAttributes() {
    return [...new Set([...this.attrs, ...(this.role ? ["role"] : [])])];
  }

  constructor() {
    super();
    const kind = this.constructor;
    const root = this.attachShadow({ mode: "open", delegatesFocus: kind.delegates });
    if (!Object.hasOwn(kind, "made")) {
      kind.made = { template: document.createElement("template"), sheet: sheet(kind.css) };
      kind.made.template.innerHTML = kind.html;
    }
    root.adoptedStyleSheets = [COMMON, kind.made.sheet];
    root.append(kind.made.template.content.cloneNode(true));
    this.setUp?.();
  }

  connectedCallback() {
    this.paint();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.paint();
  }

  paint() {
    // A page swap may take away attributes that its HTML does not name, so the role is put back.
    const { role } = this.constructor;
    if (role && !this.hasAttribute("role")) this.setAttribute("role", role);
    this.draw?.();
  }

  $(selector) {
    return this.shadowRoot.querySelector(selector);
  }

  attr(name, otherwise = "") {
    return this.getAttribute(name) ?? otherwise;
  }

  /** A boolean attribute; ="false" counts as absent, as templates tend to write it. */
  is(name) {
    return this.hasAttribute(name) && this.getAttribute(name) !== "false";
  }

  say(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

/** Sets attributes of an inner element; null, undefined and false take them away. */
function give(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false || value === "") element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
}

/** Hides an inner wrapper while nothing is slotted into it. */
function followSlot(part, slotSelector, wrapperSelector) {
  const slot = part.$(slotSelector);
  const follow = () => { part.$(wrapperSelector).hidden = slot.assignedElements().length === 0; };
  slot.addEventListener("slotchange", follow);
  follow();
}

function reflect(kind, { text = [], flags = [] }) {
  for (const name of text) {
    Object.defineProperty(kind.prototype, name, {
      configurable: true,
      get() { return this.attr(name.toLowerCase()); },
      set(value) { this.setAttribute(name.toLowerCase(), value); },
    });
  }
  for (const name of flags) {
    Object.defineProperty(kind.prototype, name, {
      configurable: true,
      get() { return this.is(name.toLowerCase()); },
      set(value) { this.toggleAttribute(name.toLowerCase(), Boolean(value)); },
    });
  }
}
