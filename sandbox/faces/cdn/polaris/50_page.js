// The page and its sections. With the real App Bridge the page's heading and actions move into the admin's own bar.

class Page extends Part {
  static attrs = ["heading", "inlinesize"];
  static html = `<div class="page"><div class="head"><div class="crumbs"><slot name="breadcrumb-actions"></slot></div><h1></h1>
      <div class="actions"><slot name="secondary-actions"></slot><slot name="primary-action"></slot></div></div>
    <div class="before"><slot name="supplemental-start"></slot></div>
    <div class="columns"><div class="main"><slot></slot></div><div class="aside"><slot name="aside"></slot></div></div></div>`;
  static css = `:host{container-type:inline-size} .page{max-width:62rem;margin:0 auto;padding:16px clamp(12px,3vw,24px) 40px;display:grid;gap:16px;grid-template-columns:minmax(0,1fr)}
    :host([inlinesize=small]) .page{max-width:42rem} :host([inlinesize=large]) .page{max-width:none}
    .head{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center} h1{font-size:20px;line-height:28px;font-weight:650;margin:0;flex:1 1 auto;overflow-wrap:anywhere}
    .crumbs{flex:none} .actions{display:flex;flex-wrap:wrap;gap:8px} .columns,.main,.aside{display:grid;gap:16px;grid-template-columns:minmax(0,1fr);align-content:start}
    @container (inline-size > 760px){.columns.two{grid-template-columns:minmax(0,2fr) minmax(0,1fr)}}`;
  setUp() {
    followSlot(this, "[name=breadcrumb-actions]", ".crumbs");
    followSlot(this, "[name=supplemental-start]", ".before");
    const slot = this.$("[name=aside]");
    slot.addEventListener("slotchange", () => this.draw());
  }
  draw() {
    const heading = this.attr("heading");
    this.$("h1").textContent = heading;
    this.$("h1").hidden = !heading;
    // "The aside slot is only rendered when inlineSize is base" (custom-elements.json).
    const aside = this.$("[name=aside]").assignedElements().length > 0 && this.attr("inlinesize", "base") === "base";
    this.$(".columns").classList.toggle("two", aside);
    this.$(".aside").hidden = !aside;
  }
}

class Section extends Part {
  static attrs = ["accessibilitylabel", "heading", "subheading", "padding"];
  static html = `<section><div class="head"><slot name="graphic"></slot><div class="words"><span class="title"></span><slot name="accessory"></slot><p class="sub"></p></div>
      <slot name="supplemental"></slot><slot name="secondary-actions"></slot><slot name="primary-action"></slot></div><div class="body"><slot></slot></div></section>`;
  static css = `section{background:var(--pn-surface);border:1px solid var(--pn-line);border-radius:var(--pn-radius);padding:16px;display:grid;gap:12px;grid-template-columns:minmax(0,1fr)}
    :host(:state(inner)) section{border:0;padding:0;background:none} :host([padding=none]) section{padding:0;overflow:hidden;gap:0} :host([padding=none]) .head{padding:14px 16px 10px}
    .head{display:flex;flex-wrap:wrap;gap:8px;align-items:center} .words{flex:1 1 auto;min-width:0} .title{font-weight:650;font-size:14px} .sub{margin:0;color:var(--pn-soft)} .sub:empty{display:none}
    .body{display:flow-root} :host(:not([padding=none])) .body{display:grid;gap:12px;grid-template-columns:minmax(0,1fr)}
    @media (max-width:30rem){section{border-radius:0;border-inline:0;margin-inline:-12px}}`;
  setUp() {
    this.internals = this.attachInternals();
    this.$(".head").addEventListener("slotchange", () => this.draw());
  }
  draw() {
    const inner = Boolean(this.parentElement?.closest("s-section"));
    this.internals.states[inner ? "add" : "delete"]("inner");
    const heading = this.attr("heading");
    const title = this.$(".title");
    title.textContent = heading;
    give(title, heading ? { role: "heading", "aria-level": String(headingLevel(this)) } : { role: null, "aria-level": null });
    this.$(".sub").textContent = this.attr("subheading");
    this.$("section").setAttribute("aria-label", this.attr("accessibilitylabel") || heading || "Section");
    const slotted = [...this.shadowRoot.querySelectorAll(".head slot")].some((slot) => slot.assignedElements().length);
    this.$(".head").hidden = !heading && !this.attr("subheading") && !slotted;
  }
}
