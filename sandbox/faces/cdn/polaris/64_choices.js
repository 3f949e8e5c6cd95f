// Fields one chooses from: select, checkbox, switch, choice list.

class Select extends Field {
  static attrs = [...FIELD_ATTRS, "value", "icon", "placeholder"];
  static html = `${LABEL}<div class="frame"><span class="icon"></span><select id="control"></select></div>${BELOW}`;
  static css = `${FIELD_CSS} select{cursor:pointer}`;
  setUp() {
    super.setUp();
    this.watch = new MutationObserver(() => this.paint());
  }
  connectedCallback() {
    super.connectedCallback();
    this.watch.observe(this, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["value", "selected", "disabled", "label"] });
  }
  disconnectedCallback() {
    this.watch.disconnect();
  }
  draw() {
    const now = this.control.value;
    this.$(".icon").innerHTML = this.hasAttribute("icon") ? svg(this.attr("icon")) : "";
    this.control.replaceChildren(...this.options());
    if (this.dirty) this.control.value = now;
    super.draw();
  }
  options() {
    const copy = (from) => {
      if (from.localName === "s-option-group") {
        const group = Object.assign(document.createElement("optgroup"), { label: from.getAttribute("label") || "", disabled: from.hasAttribute("disabled") });
        group.append(...[...from.children].map(copy));
        return group;
      }
      const option = new Option(from.textContent.trim(), from.getAttribute("value") ?? from.textContent.trim(), from.hasAttribute("selected"));
      option.disabled = from.hasAttribute("disabled");
      return option;
    };
    const options = [...this.children].filter((child) => ["s-option", "s-option-group"].includes(child.localName)).map(copy);
    if (this.attr("placeholder")) options.unshift(Object.assign(new Option(this.attr("placeholder"), ""), { hidden: true }));
    return options;
  }
  restore() {
    const chosen = this.querySelector("s-option[selected]");
    if (this.hasAttribute("value")) this.control.value = this.attr("value");
    else if (chosen) this.control.value = chosen.getAttribute("value") ?? chosen.textContent.trim();
    else this.control.selectedIndex = this.control.options.length ? 0 : -1;
  }
}

class OptionPart extends Part {
  static attrs = ["disabled", "value", "selected"];
  static css = ":host{display:none}";
}
class OptionGroup extends Part {
  static attrs = ["disabled", "label"];
  static css = ":host{display:none}";
}

const TICK_CSS = `${FIELD_CSS} .tick{display:flex;gap:8px;align-items:flex-start;margin:0;font-weight:400;cursor:pointer;font-size:14px} .tick input{width:18px;height:18px;margin:1px 0 0;flex:none;accent-color:var(--pn-accent);cursor:pointer}
  .error,.details{margin-inline-start:26px} :host([disabled]) .tick{color:#5f6863}`;

class Checkbox extends Field {
  static attrs = [...FIELD_ATTRS, "value", "checked", "indeterminate", "accessibilitylabel"];
  static html = `<label class="tick"><input type="checkbox" id="control"><span class="words_"><span class="text"></span><span class="star" aria-hidden="true"> *</span></span></label>${BELOW}`;
  static css = TICK_CSS;

  get checked() {
    return this.control.checked;
  }
  set checked(on) {
    this.dirty = true;
    this.control.checked = Boolean(on);
    this.submitAs();
  }
  get value() {
    return this.attr("value", "on");
  }
  set value(value) {
    this.setAttribute("value", value);
  }
  submitAs() {
    this.internals.setFormValue(this.checked ? this.value : null);
  }
  restore() {
    this.control.checked = this.is("checked");
    this.control.indeterminate = this.is("indeterminate");
  }
  draw() {
    super.draw();
    this.$("label").className = "tick";
    this.$(".words_").className = this.attr("labelaccessibilityvisibility") === "exclusive" ? "words_ sr" : "words_";
    give(this.control, { "aria-label": this.attr("accessibilitylabel") });
  }
  formStateRestoreCallback(value) {
    this.checked = value !== null;
  }
}

class Switch extends Checkbox {
  static attrs = Checkbox.attrs.filter((name) => name !== "indeterminate");
  static html = Checkbox.html.replace(`type="checkbox"`, `type="checkbox" role="switch"`).replace(/<slot name="\w+"><\/slot>/g, "");
  static css = `${TICK_CSS} .tick input{appearance:none;width:34px;height:20px;border-radius:99px;background:#66716b;position:relative;transition:background .15s;margin:0}
    .tick input::after{content:"";position:absolute;inset:3px auto 3px 3px;width:14px;border-radius:50%;background:#fff;transition:translate .15s} .tick input:checked{background:var(--pn-accent)}
    .tick input:checked::after{translate:14px 0} .tick input:disabled{opacity:.5} .error,.details{margin-inline-start:42px}`;
}
