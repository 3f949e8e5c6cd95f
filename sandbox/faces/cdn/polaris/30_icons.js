// Icons: a small set of our own strokes on a 20×20 grid. A name without a drawing shows a neutral dot.

const STROKES = {
  "plus": "M10 4v12M4 10h12", "minus": "M4 10h12", "x": "M5 5l10 10M15 5L5 15", "check": "M4 10.5l4 4 8-9",
  "search": "M9 4a5 5 0 100 10A5 5 0 009 4zM13 13l4 4", "edit": "M4 16l1-4 8-8 3 3-8 8zM11 6l3 3", "delete": "M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11",
  "calendar": "M4 5h12v12H4zM4 9h12M7 3v3M13 3v3", "clock": "M10 3a7 7 0 100 14 7 7 0 000-14zM10 6v4l3 2", "refresh": "M16 8a6 6 0 10.5 4M16 4v4h-4",
  "arrow-left": "M16 10H4M9 5l-5 5 5 5", "arrow-right": "M4 10h12M11 5l5 5-5 5", "arrow-up": "M10 16V4M5 9l5-5 5 5", "arrow-down": "M10 4v12M5 11l5 5 5-5",
  "chevron-down": "M5 8l5 5 5-5", "chevron-up": "M5 12l5-5 5 5", "chevron-left": "M12 5l-5 5 5 5", "chevron-right": "M8 5l5 5-5 5",
  "info": "M10 3a7 7 0 100 14 7 7 0 000-14zM10 9v5M10 6v.5", "alert-triangle": "M10 3l8 14H2zM10 8v4M10 14v.5", "alert-circle": "M10 3a7 7 0 100 14 7 7 0 000-14zM10 6v5M10 13v.5",
  "check-circle": "M10 3a7 7 0 100 14 7 7 0 000-14zM6.5 10l2.5 2.5 4.5-5", "order": "M5 3h10v14l-2.5-2-2.5 2-2.5-2L5 17zM8 7h4M8 10h4",
  "person": "M10 3a3 3 0 100 6 3 3 0 000-6zM4 17c0-4 3-6 6-6s6 2 6 6", "product": "M3 10V4h6l8 8-6 6zM6 7v.5", "settings": "M10 7a3 3 0 100 6 3 3 0 000-6zM10 2v3M10 15v3M2 10h3M15 10h3",
  "home": "M3 9l7-6 7 6v8H3zM8 17v-5h4v5", "email": "M3 5h14v10H3zM3 5l7 6 7-6", "external": "M11 4h5v5M16 4l-7 7M14 12v4H4V6h4", "filter": "M3 5h14M6 10h8M8 15h4",
  "menu-horizontal": "M5 10h.1M10 10h.1M15 10h.1", "menu-vertical": "M10 5v.1M10 10v.1M10 15v.1", "menu": "M3 5h14M3 10h14M3 15h14", "play": "M6 4l10 6-10 6z",
  "pause-circle": "M10 3a7 7 0 100 14 7 7 0 000-14zM8 7v6M12 7v6", "credit-card": "M2 5h16v10H2zM2 8h16M5 12h3", "package": "M3 6l7-3 7 3v8l-7 3-7-3zM3 6l7 3 7-3M10 9v8",
  "inventory": "M3 3h14v14H3zM3 8h14M8 12h4", "note": "M4 3h12v14H4zM7 7h6M7 10h6M7 13h3", "view": "M2 10c4-6 12-6 16 0-4 6-12 6-16 0zM10 8a2 2 0 100 4 2 2 0 000-4z",
  "duplicate": "M7 7h9v10H7zM4 13V3h9", "export": "M10 12V3M6 7l4-4 4 4M4 12v5h12v-5", "import": "M10 3v9M6 8l4 4 4-4M4 12v5h12v-5", "link": "M8 12l4-4M9 5l2-2 4 4-2 2M11 15l-2 2-4-4 2-2",
  "lock": "M5 9h10v8H5zM7 9V6a3 3 0 016 0v3", "notification": "M5 14V9a5 5 0 0110 0v5zM8 17h4", "chart-line": "M3 16h14M4 13l4-5 3 3 5-7", "money": "M2 5h16v10H2zM10 8a2 2 0 100 4 2 2 0 000-4z",
  "delivery": "M2 5h9v9H2zM11 8h4l3 3v3h-7M6 14a2 2 0 100 3 2 2 0 000-3M14 14a2 2 0 100 3 2 2 0 000-3", "status": "M10 8a2 2 0 100 4 2 2 0 000-4z", "skip": "M4 4l8 6-8 6zM15 4v12", "undo": "M7 5L3 9l4 4M3 9h9a4 4 0 010 8h-2",
};
STROKES["cancel"] = STROKES["x-circle"] = "M10 3a7 7 0 100 14 7 7 0 000-14zM7 7l6 6M13 7l-6 6";
STROKES["person-filled"] = STROKES["profile"] = STROKES["person"];
STROKES["order-filled"] = STROKES["receipt"] = STROKES["order"];

const svg = (name) => `<svg viewBox="0 0 20 20" width="1em" height="1em" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"
  stroke-linejoin="round" aria-hidden="true"><path d="${STROKES[name] || STROKES.status}"/></svg>`;

const TONE_CSS = TONES.map((tone) => `:host([tone=${tone}]){color:var(--pn-${tone})}`).join("");

class Icon extends Part {
  static attrs = ["type", "tone", "color", "size", "interestfor"];
  static html = "<span></span>";
  static css = `:host{display:inline-flex;font-size:20px;line-height:1} :host([size=small]){font-size:16px} span{display:inline-flex} :host([color=subdued]){color:var(--pn-soft)} ${TONE_CSS}`;
  draw() {
    this.$("span").innerHTML = svg(this.attr("type"));
  }
}
