// The choice list: radio buttons, or checkboxes with `multiple`. Each choice draws its own input; the list is the form field.

class ChoiceList extends Part {
  static formAssociated = true;
  static attrs = ["disabled", "multiple", "details", "error", "label", "name", "labelaccessibilityvisibility"];
  static html = `<fieldset aria-describedby="error details"><legend class="label"></legend><div class="choices"><slot></slot></div>
    <div class="error" id="error"></div><div class="details" id="details"></div></fieldset>`;
  static css = `${FIELD_CSS} fieldset{border:0;margin:0;padding:0;min-width:0} legend{padding:0} .choices{display:grid;gap:8px} .error:empty,.details:empty,legend:empty{display:none}`;

  setUp() {
    this.internals = this.attachInternals();
    this.addEventListener("keydown", (event) => this.arrow(event));
    this.$("slot").addEventListener("slotchange", () => this.paint());
  }
  get choices() {
    return [...this.querySelectorAll("s-choice")].filter((choice) => choice.localName === "s-choice" && choice.input);
  }
  get values() {
    return this.choices.filter((choice) => choice.input.checked).map((choice) => choice.value);
  }
  set values(values) {
    for (const choice of this.choices) choice.input.checked = values.includes(choice.value);
    this.dirty = true;
    this.submitAs();
  }
  get form() {
    return this.internals.form;
  }
  draw() {
    this.$("legend").textContent = this.attr("label");
    this.$("legend").className = this.attr("labelaccessibilityvisibility") === "exclusive" ? "label sr" : "label";
    this.$("#error").textContent = this.attr("error");
    this.$("#details").textContent = this.attr("details");
    give(this.$("fieldset"), { role: this.is("multiple") ? "group" : "radiogroup", "aria-invalid": this.hasAttribute("error") && !this.is("multiple") && "true" });
    for (const choice of this.choices) choice.follow(this.is("multiple"), this.is("disabled") || this.shut, !this.dirty);
    this.submitAs();
  }
  chosen(choice) {
    if (!this.is("multiple")) for (const other of this.choices) if (other !== choice) other.input.checked = false;
    this.dirty = true;
    this.submitAs();
    for (const name of ["input", "change"]) this.dispatchEvent(new Event(name, { bubbles: true }));
  }
  submitAs() {
    const data = new FormData();
    for (const value of this.values) data.append(this.attr("name"), value);
    this.internals.setFormValue(this.attr("name") && this.values.length ? data : null);
    if (this.is("multiple")) return;
    const open = this.choices.find((choice) => choice.input.checked) || this.choices[0];
    for (const choice of this.choices) choice.input.tabIndex = choice === open ? 0 : -1; // one stop, arrows move within
  }
  /** Radios in separate shadow roots are no native group, so the arrow keys are ours. */
  arrow(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step || this.is("multiple")) return;
    event.preventDefault();
    const open = this.choices.filter((choice) => !choice.input.disabled);
    const next = open[(open.findIndex((choice) => choice.matches(":focus")) + step + open.length) % open.length];
    next.input.focus();
    next.input.click();
  }
  formResetCallback() {
    this.dirty = false;
    this.paint();
  }
  formDisabledCallback(disabled) {
    this.shut = disabled;
    this.paint();
  }
}
reflect(ChoiceList, { text: ["name", "label", "error", "details"], flags: ["disabled", "multiple"] });

class Choice extends Part {
  static attrs = ["disabled", "accessibilitylabel", "value", "selected"];
  static delegates = true;
  static html = `<label class="tick"><input type="radio"><span><slot></slot></span></label><div class="details"><slot name="details"></slot></div><slot name="secondary-content"></slot>`;
  static css = TICK_CSS;
  setUp() {
    followSlot(this, "[name=details]", ".details");
    this.input.addEventListener("input", (event) => event.stopPropagation()); // the list speaks for its choices
    this.input.addEventListener("change", () => this.closest("s-choice-list")?.chosen(this));
  }
  get input() {
    return this.$("input");
  }
  get value() {
    return this.attr("value");
  }
  get selected() {
    return this.input.checked;
  }
  set selected(on) {
    this.toggleAttribute("selected", on);
  }
  draw() {
    give(this.input, { "aria-label": this.attr("accessibilitylabel") });
    this.closest("s-choice-list")?.paint?.();
  }
  follow(multiple, disabled, untouched) {
    this.input.type = multiple ? "checkbox" : "radio";
    this.input.disabled = disabled || this.is("disabled");
    if (untouched) this.input.checked = this.is("selected");
  }
}
