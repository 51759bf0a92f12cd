/** The style and the script of the report's page. */

/** Colours have a contrast of at least 4.5 : 1 in both schemes (WCAG 2.2, 1.4.3). */
export const PAGE_STYLE = `
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
button:focus-visible, a:focus-visible { outline: 3px solid var(--bar); outline-offset: 2px; }
a { color: var(--bar); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.timeline { overflow-x: auto; }
svg { width: 100%; min-width: 36rem; height: auto; }
svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
svg .time { fill: var(--soft); }
svg .bar, .legend .bar { fill: var(--bar); background: var(--bar); }
svg .statement .bar { opacity: 0.55; }
svg .wait, .legend .wait { fill: var(--wait); background: var(--wait); }
.legend { color: var(--soft); font-size: 0.85rem; }
.legend span { display: inline-block; width: 0.9rem; height: 0.7rem; border-radius: 2px; margin: 0 0.2rem 0 0.8rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dt { margin-top: 0.4rem; } }
@media print { button { display: none; } }
`;

/** Adds a copy button to each command. Without it the commands are plain text, ready to be selected. */
export const PAGE_SCRIPT = `
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
