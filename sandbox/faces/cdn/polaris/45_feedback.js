// Feedback: banner, spinner, progress, empty-state.

class Banner extends Part {
  static attrs = ["tone", "heading", "dismissible"];
  static html = `<span class="icon"></span><div class="body"><p class="heading"></p><slot></slot><div class="actions"><slot name="secondary-actions"></slot></div></div>
    <button type="button" class="off" aria-label="Dismiss">${svg("x")}</button>`;
  static css = `:host{display:flex;gap:10px;padding:12px 14px;border-radius:var(--pn-radius);background:var(--pn-neutral-bg);color:var(--pn-ink);align-items:flex-start}
    ${TONES.map((t) => `:host([tone=${t}]){background:var(--pn-${t}-bg)} :host([tone=${t}]) .icon, :host([tone=${t}]) .heading{color:var(--pn-${t})}`).join("")}
    .icon{display:inline-flex;font-size:20px;flex:none} .body{flex:1;min-width:0} .heading{margin:0;font-weight:650} .heading:empty{display:none}
    .actions{margin-top:8px;display:flex;gap:8px;flex-wrap:wrap} .off{border:0;background:none;padding:4px;cursor:pointer;font-size:18px;display:inline-flex;border-radius:6px}`;
  setUp() {
    followSlot(this, "[name=secondary-actions]", ".actions");
    this.$(".off").addEventListener("click", () => {
      this.say("dismiss");
      this.hidden = true;
      this.say("afterhide");
    });
  }
  draw() {
    const tone = this.attr("tone", "info");
    this.setAttribute("role", tone === "critical" ? "alert" : "status");
    this.$(".heading").textContent = this.attr("heading");
    this.$(".off").hidden = !this.is("dismissible");
    this.$(".icon").innerHTML = svg({ success: "check-circle", warning: "alert-triangle", critical: "alert-circle" }[tone] || "info");
  }
}

class Spinner extends Part {
  static attrs = ["size", "accessibilitylabel"];
  static role = "status";
  static html = `<span class="ring" aria-hidden="true"></span><span class="sr"></span>`;
  static css = `:host{display:inline-flex} .ring{width:20px;height:20px;border-radius:50%;border:3px solid var(--pn-surface-3);border-top-color:var(--pn-accent);animation:turn .9s linear infinite}
    :host([size^=large]) .ring{width:40px;height:40px;border-width:4px} @keyframes turn{to{rotate:1turn}} @media (prefers-reduced-motion:reduce){.ring{animation-duration:4s}}`;
  draw() {
    this.$(".sr").textContent = this.attr("accessibilitylabel", "Loading");
  }
}

class Progress extends Part {
  static attrs = ["accessibilitylabel", "max", "tone", "value"];
  static html = "<progress></progress>";
  static css = `progress{width:100%;height:10px;display:block;accent-color:var(--pn-accent)} ${TONES.map((t) => `:host([tone=${t}]) progress{accent-color:var(--pn-${t})}`).join("")}`;
  draw() {
    give(this.$("progress"), { max: this.attr("max", "1"), value: this.getAttribute("value"), "aria-label": this.attr("accessibilitylabel", "Progress") });
  }
}

class EmptyState extends Part {
  static attrs = ["heading"];
  static html = `<slot name="graphic"></slot><h2></h2><slot name="subheading"></slot><slot></slot><div class="actions"><slot name="secondary-actions"></slot><slot name="primary-action"></slot></div>`;
  static css = `:host{display:grid;justify-items:center;gap:8px;text-align:center;padding:40px 16px} h2{font-size:16px;margin:0} .actions{display:flex;gap:8px;margin-top:8px}`;
  draw() {
    this.$("h2").textContent = this.attr("heading");
  }
}
