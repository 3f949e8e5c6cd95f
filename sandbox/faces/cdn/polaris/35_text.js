// Words: heading, text, paragraph, number, badge, chip, lists, avatar, thumbnail, image.

const SIZE_CSS = Object.entries({ "small-200": 11, "small-100": 12, "small": 12, "base": 14, "large": 16, "large-100": 18, "large-200": 22, "large-300": 28, "large-400": 34 })
  .map(([name, px]) => `:host([fontsize=${name}]){font-size:${px}px;line-height:1.35}`).join("");
const WORD_CSS = `:host([color=subdued]){color:var(--pn-soft)} ${TONE_CSS} ${SIZE_CSS} :host([fontweight=medium]){font-weight:500}
  :host([fontweight=semibold]){font-weight:600} :host([fontweight=bold]){font-weight:700} :host([fontweight=base]){font-weight:400}
  :host([fontvariantnumeric=tabular-nums]){font-variant-numeric:tabular-nums}
  :host([accessibilityvisibility=exclusive]){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}`;

/** Depth of nested sections decides the heading's level: h2 in a section, h3 one deeper. */
function headingLevel(part) {
  let level = 2;
  for (let up = part.parentElement?.closest("s-section"); up; up = up.parentElement?.closest("s-section")) level += 1;
  return level;
}

class Heading extends Part {
  static attrs = ["fontsize", "accessibilityrole", "accessibilityvisibility", "lineclamp"];
  static css = `:host{font-weight:650;font-size:14px;line-height:1.4} ${WORD_CSS}`;
  draw() {
    const role = this.attr("accessibilityrole", "heading");
    this.setAttribute("role", role);
    give(this, { "aria-level": role === "heading" && String(headingLevel(this)) });
  }
}

class Text extends Part {
  static attrs = ["color", "type", "tone", "fontvariantnumeric", "fontsize", "fontweight", "accessibilityvisibility", "dir", "interestfor"];
  static css = `:host{display:inline} :host([type=strong]){font-weight:650} :host([type=redundant]){color:var(--pn-soft);text-decoration:line-through} :host([type=address]){font-style:normal} ${WORD_CSS}`;
  draw() {
    if (this.attr("type") === "strong") this.setAttribute("role", "strong");
    if (this.attr("accessibilityvisibility") === "hidden") this.setAttribute("aria-hidden", "true");
  }
}

class Paragraph extends Part {
  static attrs = ["color", "tone", "fontsize", "fontweight", "fontvariantnumeric", "accessibilityvisibility", "dir", "lineclamp"];
  static role = "paragraph";
  static css = WORD_CSS;
}

class NumberText extends Part {
  static attrs = ["tone", "color", "fontsize", "fontweight", "accessibilityvisibility", "dir"];
  static css = `:host{display:inline;font-variant-numeric:tabular-nums} ${WORD_CSS}`;
}

class Badge extends Part {
  static attrs = ["color", "icon", "size", "tone"];
  static html = "<span></span><slot></slot>";
  static css = `:host{display:inline-flex;align-items:center;gap:4px;padding:1px 8px;border-radius:99px;font-size:12px;line-height:18px;font-weight:500;white-space:nowrap;background:var(--pn-neutral-bg);color:var(--pn-neutral)}
    ${TONES.map((t) => `:host([tone=${t}]){background:var(--pn-${t}-bg);color:var(--pn-${t})} :host([tone=${t}][color=strong]){background:var(--pn-${t});color:#fff}`).join("")}
    :host([size^=large]){font-size:14px;padding:3px 10px} span:empty{display:none}`;
  draw() {
    this.$("span").innerHTML = this.hasAttribute("icon") ? svg(this.attr("icon")) : "";
  }
}

class Chip extends Part {
  static attrs = ["color", "accessibilitylabel", "removable"];
  static html = `<slot name="graphic"></slot><slot></slot><button type="button" aria-label="Remove" hidden>${svg("x")}</button>`;
  static css = `:host{display:inline-flex;align-items:center;gap:4px;padding:2px 10px;border-radius:8px;background:var(--pn-surface-3);font-size:13px} button{border:0;background:none;padding:2px;cursor:pointer;display:inline-flex}`;
  setUp() {
    this.$("button").addEventListener("click", () => this.say("remove"));
  }
  draw() {
    this.$("button").hidden = !this.is("removable");
  }
}

class List extends Part {
  static role = "list";
  static css = ":host{padding-inline-start:20px;display:grid;gap:4px;list-style:disc}";
}
class OrderedList extends List {
  static css = ":host{padding-inline-start:22px;display:grid;gap:4px;list-style:decimal}";
}
class ListItem extends Part {
  static role = "listitem";
  static css = ":host{display:list-item}";
}

class Picture extends Part {
  static attrs = ["src", "alt", "srcset", "sizes", "loading", "inlinesize", "aspectratio", "objectfit", "borderradius", "accessibilityrole"];
  static html = "<img>";
  static css = ":host{display:inline-block;max-width:100%} :host([inlinesize=fill]){display:block} :host([inlinesize=fill]) img{width:100%} img{display:block;max-width:100%}";
  setUp() {
    for (const name of ["load", "error"]) this.$("img").addEventListener(name, () => this.dispatchEvent(new Event(name)));
  }
  draw() {
    const image = this.$("img");
    give(image, { src: this.attr("src"), srcset: this.attr("srcset"), sizes: this.attr("sizes"), loading: this.attr("loading") });
    image.alt = this.attr("alt");
    image.style.aspectRatio = this.attr("aspectratio");
    image.style.objectFit = this.attr("objectfit");
    image.style.borderRadius = this.hasAttribute("borderradius") ? each(RADIUS)(this.attr("borderradius")) : "";
  }
}

const SQUARE = { "small-200": 24, "small-100": 28, "small": 32, "base": 40, "large": 48, "large-100": 60, "large-200": 72 };

class Thumbnail extends Part {
  static attrs = ["size", "src", "alt"];
  static html = "<span></span>";
  static css = `:host{display:inline-block} span{display:grid;place-items:center;border:1px solid var(--pn-line);border-radius:8px;overflow:hidden;background:var(--pn-surface-2);color:var(--pn-soft)} img{width:100%;height:100%;object-fit:contain}`;
  draw() {
    const frame = this.$("span");
    frame.style.width = frame.style.height = `${SQUARE[this.attr("size", "base")] || 40}px`;
    frame.innerHTML = this.attr("src") ? "<img>" : svg("product");
    if (this.attr("src")) Object.assign(frame.firstChild, { src: this.attr("src"), alt: this.attr("alt") });
  }
}

class Avatar extends Part {
  static attrs = ["size", "alt", "src", "initials"];
  static html = "<span role='img'></span>";
  static css = `:host{display:inline-block} span{display:grid;place-items:center;border-radius:50%;overflow:hidden;background:var(--pn-info-bg);color:var(--pn-info);font-size:12px;font-weight:600} img{width:100%;height:100%;object-fit:cover}`;
  draw() {
    const frame = this.$("span");
    frame.style.width = frame.style.height = `${SQUARE[this.attr("size", "base")] || 40}px`;
    frame.setAttribute("aria-label", this.attr("alt") || this.attr("initials") || "Avatar");
    frame.textContent = this.attr("initials").slice(0, 2);
    if (this.attr("src")) frame.replaceChildren(Object.assign(document.createElement("img"), { src: this.attr("src"), alt: "" }));
  }
}
