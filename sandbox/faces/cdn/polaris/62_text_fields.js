// Fields one types into: text, search, e-mail, password, URL, number, money, date, and the text area.

const TYPED_ATTRS = [...FIELD_ATTRS, "value", "placeholder", "readonly", "autocomplete"];
const TYPED_HTML = (control, more = "") => `${LABEL}<div class="frame"><span class="icon"></span><span class="affix before"></span>${control}
  <span class="affix after"></span>${more}</div>${BELOW}`;

class TypedField extends Field {
  static attrs = [...TYPED_ATTRS, "minlength", "maxlength"];
  static html = TYPED_HTML(`<input id="control">`);
  static css = FIELD_CSS;
  static type = "text";

  draw() {
    const may = (name) => this.constructor.attrs.includes(name);
    const fixed = { type: this.constructor.type, placeholder: this.attr("placeholder"), readonly: this.is("readonly"), autocomplete: this.attr("autocomplete") };
    for (const name of ["minlength", "maxlength", "min", "max", "step", "inputmode", "rows"]) if (may(name)) fixed[name] = this.getAttribute(name);
    if (this.control.localName === "textarea") delete fixed.type;
    give(this.control, fixed);
    this.$(".before").textContent = may("prefix") ? this.attr("prefix") : "";
    this.$(".after").textContent = may("suffix") ? this.attr("suffix") : "";
    this.$(".icon").innerHTML = this.iconName() ? svg(this.iconName()) : "";
    super.draw();
  }
  iconName() {
    return this.constructor.attrs.includes("icon") ? this.attr("icon") : "";
  }
}
reflect(TypedField, { flags: ["readOnly"] });

class TextField extends TypedField {
  static attrs = [...TypedField.attrs, "icon", "suffix", "prefix"];
  static html = TYPED_HTML(`<input id="control">`, `<slot name="accessory"></slot>`);
}
class SearchField extends TypedField {
  static type = "search";
  iconName() { return "search"; }
}
class EmailField extends TypedField {
  static type = "email";
}
class UrlField extends TypedField {
  static type = "url";
}
class PasswordField extends TypedField {
  static type = "password";
}
class NumberField extends TypedField {
  static attrs = [...TYPED_ATTRS, "inputmode", "max", "min", "step", "suffix", "prefix"];
  static type = "number";
}
class MoneyField extends TypedField {
  static attrs = [...TYPED_ATTRS, "max", "min", "currencycode"];
  static type = "number";
  draw() {
    super.draw();
    give(this.control, { step: "0.01" });
    this.$(".before").textContent = this.attr("currencycode").replace("auto", "");
  }
}
/** Its value is YYYY-MM-DD, as the real one's. Our picker is the browser's own; `allow` and `disallow` are not modelled. */
class DateField extends TypedField {
  static attrs = TYPED_ATTRS;
  static type = "date";
}
class TextArea extends TypedField {
  static attrs = [...TypedField.attrs, "rows"];
  static html = TYPED_HTML(`<textarea id="control"></textarea>`);
}
