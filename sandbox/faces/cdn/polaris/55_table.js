// The table: rows and cells on wide screens, a list of cards on narrow ones (variant "auto") or always ("list").
// ARIA roles stand on the hosts, because display: flex on a card would otherwise take them away.

/** The same rules for a narrow table and for variant "list"; HOST stands for the host in either. */
const asList = (css) => `@container (inline-size < 490px){${css.replaceAll("HOST", ":host")}} ${css.replaceAll("HOST", ":host(:state(list))")}`;

class TablePart extends Part {
  setUp() {
    this.internals = this.attachInternals();
  }
  state(name, on) {
    this.internals.states[on ? "add" : "delete"](name);
  }
}

class Table extends Part {
  static attrs = ["variant", "loading", "paginate", "haspreviouspage", "hasnextpage"];
  static html = `<div class="filters"><slot name="filters"></slot></div><div class="wrap"><div class="busy" role="status"><span class="sr">Loading</span></div>
    <div class="scroll"><div class="table" role="table"><slot></slot></div></div></div>
    <div class="pages"><button type="button" class="back" aria-label="Previous page">${svg("chevron-left")}</button><button type="button" class="on" aria-label="Next page">${svg("chevron-right")}</button></div>`;
  static css = `.filters{padding:10px 12px;border-bottom:1px solid var(--pn-line)} .wrap{container-type:inline-size;position:relative} .scroll{overflow-x:auto} .table{display:table;width:100%;border-collapse:collapse;font-size:13px}
    @container (inline-size < 490px){.table{display:block}} :host([variant=list]) .table{display:block}
    .busy{position:absolute;inset:0 0 auto;height:3px;background:linear-gradient(90deg,transparent,var(--pn-accent),transparent);animation:run 1.2s linear infinite} @keyframes run{from{translate:-60% 0}to{translate:60% 0}}
    .pages{display:flex;justify-content:center;gap:4px;padding:8px;border-top:1px solid var(--pn-line)}
    .pages button{border:1px solid var(--pn-line-strong);background:var(--pn-surface);border-radius:8px;min-width:36px;min-height:32px;cursor:pointer;display:inline-grid;place-items:center}
    .pages button:disabled{opacity:.45;cursor:default}`;

  setUp() {
    followSlot(this, "[name=filters]", ".filters");
    this.$(".back").addEventListener("click", () => this.say("previouspage"));
    this.$(".on").addEventListener("click", () => this.say("nextpage"));
    this.watch = new MutationObserver(() => this.labelSoon());
    const scroll = this.$(".scroll"); // a region that scrolls must be reachable by keyboard
    new ResizeObserver(() => give(scroll, { tabindex: scroll.scrollWidth > scroll.clientWidth + 1 && "0" })).observe(scroll);
  }
  connectedCallback() {
    super.connectedCallback();
    this.watch.observe(this, { childList: true, subtree: true, characterData: true });
    queueMicrotask(() => this.label()); // inserted with its cells, the table comes alive before them
  }
  disconnectedCallback() {
    this.watch.disconnect();
  }
  draw() {
    this.$(".busy").hidden = !this.is("loading");
    this.$(".pages").hidden = !this.is("paginate");
    this.$(".back").disabled = !this.is("haspreviouspage") || this.is("loading");
    this.$(".on").disabled = !this.is("hasnextpage") || this.is("loading");
    const named = this.closest("s-section");
    this.$(".table").setAttribute("aria-label", named?.getAttribute("heading") || named?.getAttribute("accessibilitylabel") || "Table");
    queueMicrotask(() => this.label());
  }
  /** Once for all rows that arrive together: a long table comes row by row while its page is still being read. */
  labelSoon() {
    clearTimeout(this.soon);
    const calm = this.querySelectorAll("s-table-row").length < 50;
    this.soon = setTimeout(() => this.label(), calm ? 0 : 50);
  }
  /** Tells each cell what its column says about it: its label, its alignment, its place on a card. */
  label() {
    const list = this.attr("variant") === "list";
    const heads = [...this.querySelectorAll("s-table-header")];
    for (const part of this.querySelectorAll("s-table-header-row, s-table-body, s-table-row")) part.state?.("list", list);
    for (const row of this.querySelectorAll("s-table-row")) {
      [...row.children].filter((cell) => cell.localName === "s-table-cell").forEach((cell, i) => cell.belong?.(heads[i], list));
    }
  }
}

class TableHeaderRow extends TablePart {
  static role = "row";
  static css = `:host{display:table-row;background:var(--pn-surface-2)} ${asList("HOST{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}")}`;
}

class TableHeader extends TablePart {
  static attrs = ["listslot", "format"];
  static role = "columnheader";
  static css = `:host{display:table-cell;padding:8px 12px;text-align:start;font-weight:600;color:var(--pn-soft);border-bottom:1px solid var(--pn-line);white-space:nowrap}
    :host([format=numeric]),:host([format=currency]){text-align:end}`;
}

class TableBody extends TablePart {
  static role = "rowgroup";
  static css = `:host{display:table-row-group} ${asList("HOST{display:block}")}`;
}

class TableRow extends TablePart {
  static attrs = ["clickdelegate"];
  static role = "row";
  static css = `:host{display:table-row} :host([clickdelegate]){cursor:pointer} :host(:hover){background:var(--pn-surface-2)}
    ${asList("HOST{display:flex;flex-wrap:wrap;gap:2px 12px;padding:12px 14px;border-bottom:1px solid var(--pn-line)}")}`;
  setUp() {
    super.setUp();
    this.addEventListener("click", (event) => this.delegate(event));
  }
  /** A click anywhere on the row presses the link or control that `clickDelegate` names. */
  delegate(event) {
    const control = event.composedPath().find((node) => node.matches?.("a, button, input, select, textarea, label"));
    const chosen = document.getElementById(this.attr("clickdelegate"));
    if (control || !chosen || getSelection().toString()) return;
    chosen.click();
  }
}

class TableCell extends TablePart {
  static role = "cell";
  static html = `<span class="label" aria-hidden="true"></span><span class="value"><slot></slot></span>`;
  static css = `:host{display:table-cell;padding:9px 12px;border-bottom:1px solid var(--pn-line);vertical-align:middle} :host(:state(end)){text-align:end;font-variant-numeric:tabular-nums}
    .label{display:none;color:var(--pn-soft)}
    ${asList(`HOST{display:flex;gap:8px;padding:0;border:0;flex:1 1 100%;order:4;min-width:0;text-align:start !important} HOST .label{display:inline;flex:0 0 40%} HOST .value{min-width:0;overflow-wrap:anywhere}`)}
    @container (inline-size < 490px){:host(:state(primary)){order:1;flex:1 1 60%;font-weight:650} :host(:state(inline)){order:2;flex:0 0 auto} :host(:state(kicker)){order:0;font-size:12px;color:var(--pn-soft)} :host(:state(secondary)){order:3;color:var(--pn-soft)}
      :host(:state(unlabelled)) .label{display:none}}
    :host(:state(list):state(primary)){order:1;flex:1 1 60%;font-weight:650} :host(:state(list):state(inline)){order:2;flex:0 0 auto} :host(:state(list):state(kicker)){order:0;font-size:12px;color:var(--pn-soft)}
    :host(:state(list):state(secondary)){order:3;color:var(--pn-soft)} :host(:state(list):state(unlabelled)) .label{display:none}`;
  belong(head, list) {
    const place = head?.getAttribute("listslot") || "labeled";
    for (const name of ["primary", "secondary", "inline", "kicker"]) this.state(name, name === place);
    this.state("unlabelled", place !== "labeled");
    this.state("end", ["numeric", "currency"].includes(head?.getAttribute("format")));
    this.state("list", list);
    const text = head?.textContent.trim() || "";
    if (this.$(".label").textContent !== text) this.$(".label").textContent = text;
  }
}
