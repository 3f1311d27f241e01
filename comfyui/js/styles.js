/** @file How the pack's elements look: in the colours of the editor's own theme. */

const ID = 'comfyfunc-styles'

/** Once for each page. */
export function addStyles() {
  if (document.getElementById(ID) === null) {
    const style = document.createElement('style')
    style.id = ID
    style.textContent = CSS
    document.head.append(style)
  }
}

const CSS = `
.comfyfunc-panel,
.comfyfunc-marks,
.comfyfunc-status,
.comfyfunc-notes,
.comfyfunc-setting {
  --cf-fg: var(--base-foreground, var(--fg-color, #eee));
  --cf-muted: var(--muted-foreground, var(--descrip-text, #999));
  --cf-bg: var(--comfy-menu-bg, #353535);
  --cf-input: var(--comfy-input-bg, #222);
  --cf-line: var(--border-color, #4e4e4e);
  --cf-accent: var(--p-primary-color, #4a90e2);
  --cf-good: #3fa66b;
  --cf-warn: #d29922;
  --cf-bad: var(--error-text, #ff5c5c);
  box-sizing: border-box;
  font-family: Inter, Arial, sans-serif;
  font-size: 13px;
  line-height: 1.45;
}
.comfyfunc-panel {
  position: fixed;
  inset: auto;
  bottom: 64px;
  right: 16px;
  margin: 0;
  padding: 0;
  z-index: 1000;
  display: flex;
  flex-direction: column;
  width: min(460px, calc(100vw - 32px));
  max-height: max(300px, calc(100vh - 232px));
  color: var(--cf-fg);
  background: var(--cf-bg);
  border: 1px solid var(--cf-line);
  border-radius: 10px;
  box-shadow: 0 8px 32px rgb(0 0 0 / 45%);
  user-select: text;
}
.comfyfunc-panel:not([open]) {
  display: none;
}
.comfyfunc-panel.is-question {
  width: min(360px, calc(100vw - 32px));
}
.comfyfunc-panel:focus {
  outline: none;
}
.comfyfunc-panel header {
  display: flex;
  align-items: center;
  gap: 8px;
  padding: 12px 14px;
  border-bottom: 1px solid var(--cf-line);
}
.comfyfunc-panel h2 {
  flex: 1;
  margin: 0;
  font-size: 15px;
  font-weight: 600;
  overflow-wrap: anywhere;
}
.comfyfunc-panel h3 {
  margin: 16px 0 6px;
  font-size: 11px;
  font-weight: 600;
  letter-spacing: 0.05em;
  text-transform: uppercase;
  color: var(--cf-muted);
}
.comfyfunc-panel h3:first-child {
  margin-top: 0;
}
.comfyfunc-panel p {
  margin: 0 0 6px;
  overflow-wrap: anywhere;
}
.comfyfunc-body {
  padding: 14px;
  overflow: auto;
}
.comfyfunc-chip {
  flex: none;
  padding: 1px 8px;
  border-radius: 999px;
  font-size: 11px;
  font-weight: 600;
  color: #fff;
  background: var(--cf-muted);
}
.comfyfunc-chip.is-good {
  background: var(--cf-good);
}
.comfyfunc-chip.is-warn {
  background: var(--cf-warn);
  color: #1c1400;
}
.comfyfunc-chip.is-bad {
  background: #c23b3b;
}
.comfyfunc-chip.is-plain {
  color: var(--cf-fg);
  background: transparent;
  border: 1px solid var(--cf-line);
  font-weight: 400;
}
.comfyfunc-panel button,
.comfyfunc-status button,
.comfyfunc-setting button {
  font: inherit;
  color: var(--cf-fg);
  background: var(--cf-input);
  border: 1px solid var(--cf-line);
  border-radius: 6px;
  padding: 4px 10px;
  cursor: pointer;
}
.comfyfunc-panel button:hover,
.comfyfunc-status button:hover,
.comfyfunc-setting button:hover {
  border-color: var(--cf-accent);
}
.comfyfunc-panel button:focus-visible,
.comfyfunc-status button:focus-visible,
.comfyfunc-setting :focus-visible {
  outline: 2px solid var(--cf-accent);
  outline-offset: 1px;
}
.comfyfunc-panel button.is-main {
  color: #fff;
  background: #2563b8;
  border-color: #2563b8;
}
.comfyfunc-panel button.comfyfunc-close {
  padding: 0;
  width: 26px;
  height: 26px;
  border-color: transparent;
  background: transparent;
  font-size: 18px;
  line-height: 1;
}
.comfyfunc-actions {
  display: flex;
  flex-wrap: wrap;
  gap: 8px;
  margin-top: 14px;
}
.comfyfunc-copyable {
  display: flex;
  align-items: flex-start;
  gap: 6px;
  padding: 6px;
  background: var(--cf-input);
  border: 1px solid var(--cf-line);
  border-radius: 6px;
}
.comfyfunc-panel .comfyfunc-copy {
  min-width: 72px;
}
.comfyfunc-copyable + .comfyfunc-copyable {
  margin-top: 6px;
}
.comfyfunc-copyable-text {
  flex: 1;
  padding: 3px 4px;
  max-height: 110px;
  overflow: auto;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
  font:
    12px/1.4 ui-monospace,
    SFMono-Regular,
    Menlo,
    Consolas,
    monospace;
  color: var(--cf-fg);
  background: none;
}
.comfyfunc-tag {
  margin: 0 0 8px;
}
.comfyfunc-tag > strong {
  font-weight: 600;
  overflow-wrap: anywhere;
}
.comfyfunc-panel table {
  width: 100%;
  border-collapse: collapse;
  table-layout: fixed;
}
.comfyfunc-panel td {
  padding: 2px 8px 2px 0;
  vertical-align: top;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.comfyfunc-panel td:first-child {
  width: 38%;
  padding-left: 12px;
}
.comfyfunc-panel td:nth-child(2) {
  width: 22%;
  color: var(--cf-muted);
}
.comfyfunc-panel td:last-child {
  color: var(--cf-muted);
  padding-right: 0;
}
.comfyfunc-panel ul {
  margin: 0;
  padding: 0;
  list-style: none;
}
.comfyfunc-panel li {
  display: flex;
  align-items: baseline;
  gap: 8px;
  padding: 3px 0;
  overflow-wrap: anywhere;
}
.comfyfunc-panel li > span:not([class]) {
  flex: 1;
  min-width: 0;
}
.comfyfunc-panel li.is-fault {
  border-left: 3px solid var(--cf-bad);
  margin-bottom: 6px;
  padding: 4px 8px;
  background: var(--cf-input);
  border-radius: 0 6px 6px 0;
  align-items: center;
}
.comfyfunc-panel li.is-fault button {
  flex: none;
}
.comfyfunc-muted {
  color: var(--cf-muted);
}
.comfyfunc-marks {
  position: absolute;
  overflow: hidden;
  pointer-events: none;
  z-index: 2;
}
.comfyfunc-mark {
  position: absolute;
  box-sizing: border-box;
  border: 3px solid var(--cf-bad);
  border-radius: 10px;
  box-shadow: 0 0 14px rgb(255 92 92 / 55%);
}
.comfyfunc-mark > span {
  position: absolute;
  left: -3px;
  bottom: calc(100% + 6px);
  width: max-content;
  max-width: 360px;
  padding: 4px 8px;
  color: #fff;
  background: #a52a2a;
  border-radius: 6px;
  white-space: pre-line;
  overflow-wrap: anywhere;
}
.comfyfunc-status {
  position: fixed;
  left: 72px;
  bottom: 12px;
  z-index: 900;
  display: flex;
  align-items: center;
  gap: 8px;
  padding: 4px 6px 4px 10px;
  color: var(--cf-fg);
  background: var(--cf-bg);
  border: 1px solid var(--cf-line);
  border-radius: 8px;
}
.comfyfunc-status::before {
  content: "";
  width: 8px;
  height: 8px;
  border-radius: 50%;
  background: var(--cf-good);
}
.comfyfunc-status[data-variant="warning"]::before {
  background: var(--cf-warn);
}
.comfyfunc-status[data-variant="error"]::before {
  background: var(--cf-bad);
}
.comfyfunc-notes {
  position: fixed;
  top: 96px;
  left: 50%;
  translate: -50% 0;
  z-index: 1001;
  display: grid;
  gap: 8px;
  width: min(420px, calc(100vw - 32px));
  pointer-events: none;
}
.comfyfunc-note {
  padding: 8px 12px;
  color: var(--cf-fg);
  background: var(--cf-bg);
  border: 1px solid var(--cf-line);
  border-left: 4px solid var(--cf-accent);
  border-radius: 6px;
  overflow-wrap: anywhere;
  pointer-events: auto;
}
.comfyfunc-note[data-severity="success"] {
  border-left-color: var(--cf-good);
}
.comfyfunc-note[data-severity="warn"] {
  border-left-color: var(--cf-warn);
}
.comfyfunc-note[data-severity="error"] {
  border-left-color: var(--cf-bad);
}
.comfyfunc-setting {
  display: flex;
  flex-direction: column;
  align-items: flex-end;
  gap: 4px;
  color: var(--cf-fg);
}
.comfyfunc-setting > div {
  display: flex;
  gap: 6px;
  align-items: center;
}
.comfyfunc-setting input:not([type="checkbox"]),
.comfyfunc-setting select {
  box-sizing: border-box;
  width: 240px;
  padding: 6px 10px;
  font: inherit;
  color: var(--cf-fg);
  background: var(--cf-input);
  border: 1px solid var(--cf-line);
  border-radius: 6px;
}
.comfyfunc-setting input[type="checkbox"] {
  width: 18px;
  height: 18px;
  margin: 0;
  accent-color: #2563b8;
}
.comfyfunc-setting input::placeholder {
  color: var(--cf-muted);
}
.comfyfunc-setting :disabled {
  opacity: 0.6;
  cursor: not-allowed;
}
.comfyfunc-setting [aria-invalid="true"] {
  border-color: var(--cf-bad);
}
.comfyfunc-setting small {
  max-width: 300px;
  font-size: 11px;
  color: var(--cf-muted);
  text-align: right;
  overflow-wrap: anywhere;
}
.comfyfunc-setting small.is-bad {
  color: var(--cf-bad);
}
`
