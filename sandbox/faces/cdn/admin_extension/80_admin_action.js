// The frame of an admin action: its heading, what it holds, and the buttons of its slots below.

class AdminAction extends Part {
  static attrs = ["heading", "loading"];
  static html = `<section><h2></h2><p class="busy" role="status" hidden>Loading…</p><div class="in"><slot></slot></div>
    <footer><slot name="secondary-actions"></slot><slot name="primary-action"></slot></footer></section>`;
  static css = `section{display:grid;gap:12px;padding:16px} h2{margin:0;font-size:16px} .in{display:grid;gap:12px} .busy{margin:0;color:var(--pn-soft)}
    footer{display:flex;justify-content:flex-end;flex-wrap:wrap;gap:8px;border-top:1px solid var(--pn-line);padding-top:12px}`;
  draw() {
    this.$("h2").textContent = this.attr("heading");
    this.$(".busy").hidden = !this.is("loading");
  }
}

reflect(AdminAction, { text: ["heading"], flags: ["loading"] });
customElements.define("s-admin-action", AdminAction);
