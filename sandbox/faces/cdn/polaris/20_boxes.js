// Layout: box, stack, grid, grid-item, clickable's box, query-container, scroll-box, divider.

const BOX_ATTRS = [
  "background", "border", "borderwidth", "borderstyle", "bordercolor", "borderradius", "padding", "paddingblock", "paddingblockstart",
  "paddingblockend", "paddinginline", "paddinginlinestart", "paddinginlineend", "display", "blocksize", "minblocksize", "maxblocksize",
  "inlinesize", "mininlinesize", "maxinlinesize", "accessibilityvisibility", "accessibilityrole", "accessibilitylabel", "overflow",
];
const BACKGROUND = { base: "var(--pn-surface)", subdued: "var(--pn-surface-2)", strong: "var(--pn-surface-3)", transparent: "transparent" };
const LINE = { base: "var(--pn-line)", subdued: "var(--pn-surface-3)", strong: "var(--pn-line-strong)" };
const WIDTH = { none: "0", "small-100": "1px", small: "1px", base: "1px", large: "2px", "large-100": "2px" };
const RADIUS = { none: "0", "small-200": "2px", "small-100": "4px", small: "4px", base: "8px", "large-100": "12px", large: "12px", "large-200": "16px", max: "999px" };
const ROLE = { header: "banner", footer: "contentinfo", section: "region", aside: "complementary", "ordered-list": "list", "unordered-list": "list", "list-item": "listitem", "list-item-separator": "separator", generic: "" };
const each = (table) => (words) => words.trim().split(/\s+/).map((word) => table[word] ?? "0").join(" ");

// attribute → CSS property and how its words become a value
const RULES = {
  background: ["background", (v) => BACKGROUND[v] || "transparent"],
  padding: ["padding", space], paddingblock: ["padding-block", space], paddingblockstart: ["padding-block-start", space],
  paddingblockend: ["padding-block-end", space], paddinginline: ["padding-inline", space],
  paddinginlinestart: ["padding-inline-start", space], paddinginlineend: ["padding-inline-end", space],
  borderradius: ["border-radius", each(RADIUS)], overflow: ["overflow", (v) => v],
  blocksize: ["block-size", (v) => v], minblocksize: ["min-block-size", (v) => v], maxblocksize: ["max-block-size", (v) => v],
  inlinesize: ["inline-size", (v) => v], mininlinesize: ["min-inline-size", (v) => v], maxinlinesize: ["max-inline-size", (v) => v],
  gap: ["gap", space], rowgap: ["row-gap", space], columngap: ["column-gap", space],
  alignitems: ["align-items", (v) => v], justifycontent: ["justify-content", (v) => v], aligncontent: ["align-content", (v) => v],
  justifyitems: ["justify-items", (v) => v], placeitems: ["place-items", (v) => v], placecontent: ["place-content", (v) => v],
  gridtemplatecolumns: ["grid-template-columns", (v) => v], gridtemplaterows: ["grid-template-rows", (v) => v],
  gridcolumn: ["grid-column", (v) => v], gridrow: ["grid-row", (v) => v],
};

/** "@container name (query) A, B" → [query part, A, B]; a plain value → null. */
function responsive(value) {
  const found = /^@container\s*([\w-]*)\s*(\(.*?\))\s+(.*)$/.exec(value.trim());
  if (!found) return null;
  const [, name, query, rest] = found;
  const comma = rest.lastIndexOf(",");
  return [`${name} ${query}`.trim(), rest.slice(0, comma).trim(), rest.slice(comma + 1).trim()];
}

function declarations(part) {
  let plain = "";
  let queried = "";
  for (const [attr, [property, value]] of Object.entries(RULES)) {
    if (!part.hasAttribute(attr) || !part.constructor.attrs.includes(attr)) continue;
    const raw = part.getAttribute(attr);
    const both = responsive(raw);
    plain += `${property}:${value(both ? both[2] : raw)};`;
    if (both) queried += `@container ${both[0]}{:host{${property}:${value(both[1])}}}`;
  }
  return [plain + border(part), queried];
}

/** `border` is "width [colour [style]]"; the three longer attributes win over it. */
function border(part) {
  const [width, color, style] = part.attr("border").split(/\s+/);
  const w = part.attr("borderwidth", width || "");
  if (!w) return "";
  return `border-width:${each(WIDTH)(w)};border-style:${part.attr("borderstyle", style || "solid").replace("auto", "solid") || "solid"};`
    + `border-color:${LINE[part.attr("bordercolor", color || "base")] || LINE.base};`;
}

class BoxPart extends Part {
  setUp() {
    this.own = sheet("");
    this.shadowRoot.adoptedStyleSheets = [...this.shadowRoot.adoptedStyleSheets, this.own];
  }

  draw() {
    const [plain, queried] = declarations(this);
    const hidden = this.attr("display") === "none" ? ":host{display:none}" : "";
    this.own.replaceSync(`:host{${plain}}${queried}${hidden}`);
    this.describe();
  }

  /** accessibilityrole, -label and -visibility become ARIA on the host. */
  describe() {
    const wanted = this.attr("accessibilityrole");
    if (wanted) give(this, { role: ROLE[wanted] ?? wanted });
    if (this.hasAttribute("accessibilitylabel")) give(this, { "aria-label": this.attr("accessibilitylabel") });
    if (this.attr("accessibilityvisibility") === "hidden") this.setAttribute("aria-hidden", "true");
  }
}

class Box extends BoxPart {
  static attrs = BOX_ATTRS;
}

class Stack extends BoxPart {
  static attrs = [...BOX_ATTRS, "direction", "gap", "rowgap", "columngap", "alignitems", "justifycontent", "aligncontent"];
  static css = ":host{display:flex;flex-direction:column;min-width:0} :host([direction=inline]){flex-direction:row;flex-wrap:wrap}";
}

class Grid extends BoxPart {
  static attrs = [...BOX_ATTRS, "gap", "rowgap", "columngap", "alignitems", "justifyitems", "placeitems", "aligncontent", "justifycontent",
    "placecontent", "gridtemplatecolumns", "gridtemplaterows"];
  static css = ":host{display:grid;grid-template-columns:minmax(0,1fr)} ::slotted(*){min-width:0}";
}

class GridItem extends BoxPart {
  static attrs = [...BOX_ATTRS, "gridcolumn", "gridrow"];
  static css = ":host{min-width:0}";
}

class QueryContainer extends BoxPart {
  static attrs = ["containername"];
  draw() {
    this.own.replaceSync(`:host{container:${this.attr("containername") || "s-default"} / inline-size}`);
  }
}

class ScrollBox extends BoxPart {
  static attrs = BOX_ATTRS.filter((name) => !["overflow"].includes(name)).concat("overflow");
  static css = ":host{overflow:auto}";
  draw() {
    super.draw();
    this.tabIndex = 0; // a scrolling region must be reachable by keyboard
    if (!this.hasAttribute("role")) this.setAttribute("role", this.hasAttribute("accessibilitylabel") ? "region" : "group");
  }
}

class Divider extends Part {
  static attrs = ["direction", "color"];
  static role = "separator";
  static css = `:host{border:0 solid var(--pn-line);border-block-start-width:1px;align-self:stretch}
    :host([direction=block]){border-block-start-width:0;border-inline-start-width:1px} :host([color=strong]){border-color:var(--pn-line-strong)}`;
}
