// What every field shares: label, details, error, its value in the form, and input and change events.
// `required` says so to assistive technology only and blocks nothing: "it will not cause an error to appear automatically"
// (custom-elements.json). The server must check.

const FIELD_ATTRS = ["name", "label", "details", "error", "disabled", "required", "labelaccessibilityvisibility"];

const FIELD_CSS = `:host{display:block;min-width:0} label,.label{display:block;font-size:13px;font-weight:500;margin-bottom:4px} .star{color:var(--pn-critical)}
  .frame{display:flex;align-items:center;gap:6px;border:1px solid var(--pn-line-strong);border-radius:8px;background:var(--pn-surface);padding:0 10px;min-height:34px}
  .frame:focus-within{outline:2px solid var(--pn-focus);outline-offset:1px} .frame input,.frame select,.frame textarea{flex:1;min-width:0;width:100%;border:0;background:transparent;padding:6px 0;outline:none}
  .affix{color:var(--pn-soft);white-space:nowrap} .affix:empty,.icon:empty{display:none} .icon{display:inline-flex;color:var(--pn-soft);font-size:16px}
  .details{color:var(--pn-soft);font-size:12.5px;margin-top:4px} .error{color:var(--pn-critical);font-size:12.5px;margin-top:4px;display:flex;gap:4px;align-items:center}
  :host([error]:not([error=""])) .frame{border-color:var(--pn-critical);background:#fffafa} :host([disabled]) .frame{background:var(--pn-surface-3);color:#5f6863}
  @media (pointer:coarse){.frame{min-height:44px}}`;

const LABEL = `<label for="control"><span class="text"></span><span class="star" aria-hidden="true"> *</span></label>`;
const BELOW = `<div class="error" id="error"><span class="sign">${svg("alert-circle")}</span><span class="words"></span><slot name="error"></slot></div>
  <div class="details" id="details"><span class="words"></span><slot name="details"></slot></div>`;

class Field extends Part {
  static formAssociated = true;
  static delegates = true;

  setUp() {
    this.internals = this.attachInternals();
    this.dirty = false; // once edited, the `value` attribute is only what a reset returns to, as with <input>
    const control = this.control;
    control.addEventListener("input", () => this.edited());
    control.addEventListener("change", () => {
      this.edited();
      this.dispatchEvent(new Event("change", { bubbles: true })); // a native change stops at the shadow root
    });
    for (const name of ["focus", "blur"]) control.addEventListener(name, () => this.dispatchEvent(new FocusEvent(name)));
    control.addEventListener("keydown", (event) => this.enter(event));
  }

  get control() {
    return this.$("#control");
  }
  get form() {
    return this.internals.form;
  }
  get value() {
    return this.control.value;
  }
  set value(value) {
    this.dirty = true;
    this.control.value = value ?? "";
    this.submitAs();
  }
  get defaultValue() {
    return this.attr("value");
  }
  set defaultValue(value) {
    this.setAttribute("value", value);
  }

  edited() {
    this.dirty = true;
    this.submitAs();
  }

  submitAs() {
    this.internals.setFormValue(this.value);
  }

  /** Enter submits the form around, which a control in a shadow root does not do by itself. */
  enter(event) {
    if (event.key === "Enter" && !event.isComposing && this.control.localName === "input" && this.form) this.form.requestSubmit();
  }

  draw() {
    const control = this.control;
    const disabled = this.is("disabled") || this.shut;
    this.$(".text").textContent = this.attr("label");
    this.$(".star").hidden = !this.is("required");
    this.$("label, .label").className = this.attr("labelaccessibilityvisibility") === "exclusive" ? "label sr" : "label";
    const under = [];
    for (const name of ["error", "details"]) {
      this.$(`#${name} .words`).textContent = this.attr(name);
      const filled = Boolean(this.attr(name)) || this.$(`slot[name=${name}]`)?.assignedNodes().length > 0;
      this.$(`#${name}`).hidden = !filled;
      if (filled) under.push(name);
    }
    give(control, { disabled, "aria-required": this.is("required") && "true", "aria-invalid": under.includes("error") && "true", "aria-describedby": under.join(" ") });
    if (!this.dirty) this.restore();
    this.submitAs();
  }

  restore() {
    this.control.value = this.attr("value");
  }

  formResetCallback() {
    this.dirty = false;
    this.paint();
  }
  formDisabledCallback(disabled) {
    this.shut = disabled; // by a <fieldset disabled> around
    this.paint();
  }
  formStateRestoreCallback(value) {
    this.value = value;
  }
}
reflect(Field, { text: ["name", "label", "error", "details", "placeholder"], flags: ["disabled", "required"] });
