// Perennial's stand-ins for Shopify's Polaris web components. Own code and own look, MIT. Served in parts joined by
// sandbox/faces/cdn.py. Tag names, attributes, slots and events are those of @shopify/polaris-types
// (dist/custom-elements.json); tests/sandbox/test_faces_polaris.py compares. Differences: sandbox/faces/README.md.

const sheet = (css) => {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
};

// Colours keep 4.5:1 for text and 3:1 for borders that carry meaning.
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet(`
  :root {
    --pn-ink: #17211d; --pn-soft: #53605a; --pn-canvas: #f1f3f1; --pn-surface: #fff; --pn-surface-2: #f6f8f6; --pn-surface-3: #e8ece9;
    --pn-line: #dde2de; --pn-line-strong: #828d87; --pn-accent: #0f5c4a; --pn-accent-hover: #0b4a3b; --pn-link: #0f5c4a; --pn-focus: #2f7fd1;
    --pn-info: #1b4f86; --pn-info-bg: #e4eefa; --pn-success: #0b4f3e; --pn-success-bg: #d9f0e6; --pn-caution: #6b4a00; --pn-caution-bg: #fdf3cf;
    --pn-warning: #7a3d00; --pn-warning-bg: #ffe9d1; --pn-critical: #a3201f; --pn-critical-bg: #fde8e6; --pn-neutral: #37423d; --pn-neutral-bg: #e6eae7;
    --pn-radius: 12px; --pn-font: system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif;
  }
  :where(html) { background: var(--pn-canvas); color: var(--pn-ink); font: 14px/1.5 var(--pn-font); -webkit-text-size-adjust: 100%; }
  :where(body) { margin: 0; }
`)];

const COMMON = sheet(`
  *, ::before, ::after { box-sizing: border-box; }
  :host { display: block; }
  :host([hidden]) { display: none !important; }
  :focus-visible { outline: 2px solid var(--pn-focus); outline-offset: 2px; }
  button, input, select, textarea { font: inherit; color: inherit; }
  .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  [hidden] { display: none !important; }
`);

const SPACE = {
  "none": 0, "small-500": 1, "small-400": 2, "small-300": 4, "small-200": 8, "small-100": 12, "small": 12,
  "base": 16, "large": 20, "large-100": 20, "large-200": 24, "large-300": 32, "large-400": 40, "large-500": 48,
};
const space = (words) => String(words || "none").trim().split(/\s+/).map((word) => `${SPACE[word] ?? 0}px`).join(" ");

const TONES = ["info", "success", "caution", "warning", "critical", "neutral"];
