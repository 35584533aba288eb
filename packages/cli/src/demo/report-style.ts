/** The report's looks. Everything is inline: the file is complete by itself and asks nobody for anything. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #16202c; --soft: #5b6b7d; --line: #dce3ea; --page: #f4f6f9; --card: #fff;
  --sip: #2458c9; --app: #7a3cc4; --good: #0e7a4f; --good-soft: #e2f4ec; --bad: #b3261e; --bad-soft: #fbe9e7; --band: #eef4ff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7edf4; --soft: #94a4b6; --line: #2c3947; --page: #0f161d; --card: #17212b;
  --sip: #7fa8ff; --app: #c39bf5; --good: #5fd3a2; --good-soft: #12342a; --bad: #ff8a80; --bad-soft: #3b1c1a; --band: #1b2a42; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 40px 20px 60px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.02em; }
h2 { font-size: 18px; margin: 0 0 4px; letter-spacing: -0.01em; }
p { margin: 0 0 14px; color: var(--soft); max-width: 100ch; }
header p { font-size: 16px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 22px 24px; margin-top: 18px; }
.badge { display: inline-block; padding: 3px 12px; border-radius: 99px; font-weight: 600; font-size: 13px; margin-bottom: 12px;
  background: var(--good-soft); color: var(--good); }
.badge.bad { background: var(--bad-soft); color: var(--bad); }
.problems { color: var(--bad); margin: 0 0 8px; padding-left: 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 14px; margin-top: 22px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 16px 18px; }
.tile b { display: block; font-size: 26px; line-height: 1.25; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; display: block; line-height: 1.4; margin-top: 3px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 7px 14px 7px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
tr:first-child > * { border-top: 0; }
th { font-weight: 500; color: var(--soft); white-space: nowrap; width: 1%; padding-right: 26px; }
td.mono, .mono { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; font-size: 12.5px; }
.hash { white-space: nowrap; text-align: right; padding-right: 0; width: 1%; }
td.number { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); width: 1%; padding-right: 22px; }
td.kind { white-space: nowrap; width: 1%; padding-right: 26px; font-weight: 500; }
.yes { color: var(--good); font-weight: 600; white-space: nowrap; }
.no { color: var(--bad); font-weight: 600; white-space: nowrap; }
svg.sequence { width: 100%; height: auto; margin-top: 8px; }
svg text { fill: var(--ink); font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; text-anchor: middle; }
svg .life { stroke: var(--line); stroke-width: 2; }
svg .party rect { fill: var(--page); stroke: var(--line); }
svg .party .name { font-weight: 600; font-size: 14px; }
svg .party .role, svg .note, svg .time { fill: var(--soft); font-size: 12px; font-weight: 400; }
svg .time { text-anchor: end; font-variant-numeric: tabular-nums; }
svg .label { font-weight: 600; }
svg .message line { stroke-width: 1.6; }
svg .sip line { stroke: var(--sip); } svg .app line { stroke: var(--app); }
svg marker path { fill: context-stroke; }
svg .audio line { stroke-width: 3; }
svg .act rect { fill: var(--good-soft); stroke: var(--good); stroke-opacity: .35; }
svg .band rect { fill: var(--band); } svg .span { font-weight: 600; } svg .faint { fill: var(--soft); font-weight: 400; font-size: 12px; }
.wave { margin: 14px 0 0; }
.wave figcaption { font-size: 13.5px; margin-bottom: 3px; } .wave figcaption span { color: var(--soft); margin-left: 6px; }
.wave svg { width: 100%; height: 72px; background: var(--page); border-radius: 8px; display: block; }
.wave path { fill: var(--sip); } .wave.heard path, .wave.right path { fill: var(--app); } .wave .axis { stroke: var(--line); }
footer { color: var(--soft); font-size: 13px; margin-top: 22px; }
@media (max-width: 640px) { section { padding: 16px 14px; } th { white-space: normal; } }
`
