// What customer accounts have beside Polaris: form, details, announcement, phone field, skeleton. Names, attributes and
// events are those of @shopify/ui-extensions; the look is ours.

class FormPart extends Part {
  setUp() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest?.("s-button[type=submit]");
      if (button && !button.disabled && !button.loading) this.say("submit");
    });
    this.addEventListener("keydown", (event) => {
      const control = event.composedPath()[0];
      if (event.key === "Enter" && !event.isComposing && control.localName === "input" && control.type !== "radio") this.say("submit");
    });
  }
}

class DetailsPart extends Part {
  static attrs = ["open", "defaultopen"];
  static html = `<details><summary><slot name="summary"></slot></summary><div class="in"><slot></slot></div></details>`;
  static css = `summary{cursor:pointer;padding:8px 0;min-height:24px} .in{padding:4px 0 12px}`;
  setUp() {
    this.$("details").addEventListener("toggle", () => this.dispatchEvent(new Event("toggle")));
    const find = () => { for (const each of this.children) if (each.localName === "s-summary") each.slot = "summary"; };
    new MutationObserver(find).observe(this, { childList: true });
    find();
  }
  draw() {
    for (const each of this.children) if (each.localName === "s-summary") each.slot = "summary";
    if (this.is("open") || this.is("defaultopen")) this.$("details").open = true;
  }
}

class SummaryPart extends Part {
  static css = ":host{display:inline;font-weight:550}";
}

class Announcement extends Part {
  static html = `<section aria-label="Announcement"><slot></slot></section>`;
  static css = `section{background:var(--pn-warning-bg);color:var(--pn-ink);border-radius:var(--pn-radius);padding:12px 16px}`;
}

class PhoneField extends TypedField {
  static type = "tel";
}

const OF_ACCOUNT = { "s-form": FormPart, "s-details": DetailsPart, "s-summary": SummaryPart, "s-announcement": Announcement, "s-phone-field": PhoneField };
for (const [tag, kind] of Object.entries(OF_ACCOUNT)) customElements.define(tag, kind);
