/** The page around a report: its style, its script, and what it may load, which is nothing. Pure. */
import { safeLine } from "../text/plainText.ts";
import { escapeHtml } from "./escapeHtml.ts";

/** Colours have a contrast of at least 4.5 : 1 in both schemes (WCAG 2.2, 1.4.3). */
const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --back: #fff; --soft: #57606a; --line: #d0d7de; --box: #f6f8fa;
  --good: #1a7f37; --bad: #b42318; --warn: #8a5a00; --bar: #0969da; --wait: #bf5700; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --back: #0d1117; --soft: #9198a1; --line: #3d444d;
  --box: #161b22; --good: #3fb950; --bad: #ff7b72; --warn: #d29922; --bar: #58a6ff; --wait: #f0883e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0.2rem 0 0.6rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 0.5rem; border-bottom: 1px solid var(--line); padding-bottom: 0.2rem; }
header { border-left: 6px solid var(--bad); padding-left: 0.8rem; }
header.applied, header.unchanged { border-color: var(--good); }
header.interrupted, header.unknown { border-color: var(--warn); }
.verdict { margin: 0; color: var(--soft); }
li { margin: 0.4rem 0; overflow-wrap: anywhere; }
.command { display: flex; gap: 0.5rem; align-items: start; margin: 0.3rem 0; }
code, pre { font: 0.9rem/1.45 ui-monospace, monospace; background: var(--box); border: 1px solid var(--line);
  border-radius: 6px; padding: 0.4rem 0.6rem; }
code { flex: 1; overflow-x: auto; white-space: pre; }
pre { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
button { font: inherit; padding: 0.3rem 0.7rem; border: 1px solid var(--line); border-radius: 6px;
  background: var(--box); color: var(--text); cursor: pointer; }
button:focus-visible, a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--bar); outline-offset: 2px; }
a { color: var(--bar); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
td.whole { white-space: nowrap; }
.timeline, .scroll { overflow-x: auto; }
.timeline { max-height: 70vh; overflow-y: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.25rem 0.8rem 0.25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: normal; }
svg { width: 100%; min-width: 36rem; height: auto; }
svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
svg .time { fill: var(--soft); }
svg .bar, .legend .bar { fill: var(--bar); background: var(--bar); }
svg .statement .bar { opacity: 0.55; }
svg .stopped, .legend .stopped { fill: var(--bad); background: var(--bad); }
svg .good { fill: var(--good); } svg .bad { fill: var(--bad); } svg .warning { fill: var(--warn); } svg .plain { fill: var(--soft); }
svg .wait, .legend .wait { fill: var(--wait); background: var(--wait); }
.legend { color: var(--soft); font-size: 0.85rem; }
.legend span { display: inline-block; width: 0.9rem; height: 0.7rem; border-radius: 2px; margin: 0 0.2rem 0 0.8rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dt { margin-top: 0.4rem; } }
@media print { button { display: none; } .timeline { max-height: none; } }
`;

/** Adds a copy button to each command. Without it the commands are plain text, ready to be selected. */
const PAGE_SCRIPT = `
for (const box of document.querySelectorAll(".command")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy the command");
  button.addEventListener("click", async () => {
    const text = box.querySelector("code").textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(box.querySelector("code"));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  box.append(button);
}
`;

/** `default-src 'none'` makes sure that the page asks nobody for anything (Content Security Policy Level 3). */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** A self-contained page. @param title and body are HTML already */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${body}
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

export function htmlSection(title: string, content: string): string {
  return `<section><h2>${title}</h2>\n${content}\n</section>`;
}

/** Others' text on one line: masked, without control characters, escaped. */
export function htmlLine(text: string): string {
  return escapeHtml(safeLine(text));
}
