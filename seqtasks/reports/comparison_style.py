"""The looks of a comparison's page: colours of systems, drawings, confusion tables and marked words, light and dark.

The eight colours were searched for by computer: in normal sight and with each of the three colour blindnesses (simulated after Machado et
al. 2009) any two of them are at least 20 apart in CIELAB, and each has a contrast of at least 3 to the page. Letters never wear them.
"""

LIGHT = ("#0067a8", "#cd8300", "#00aa55", "#b280a5", "#835300", "#4090ff", "#362d54", "#841f2b")
DARK = ("#4ea3e6", "#de8536", "#35faa0", "#885188", "#ffcb00", "#e5ffff", "#a3a0a0", "#c71843")


def style() -> str:
    """CSS for `page`."""
    light = " ".join(f"--c{place}: {colour};" for place, colour in enumerate(LIGHT))
    dark = " ".join(f"--c{place}: {colour};" for place, colour in enumerate(DARK))
    series = " ".join(f".c{place} {{ --colour: var(--c{place}); }}" for place in range(len(LIGHT)))
    return (
        f":root {{ {light} --wrong: #b3261e; --wrong-back: #fde7e4; --heat: 213, 94, 0; --right-back: #e4e9ee; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {dark} --wrong: #ff9d93; --wrong-back: #4a1f1b; --heat: 255, 140, 50;\n"
        f"  --right-back: #2d343c; }} }}\n{series}\n{_STYLE}"
    )


_STYLE = """
html { scroll-padding-top: 1rem; }
.symbols { position: absolute; }
.eyebrow { color: var(--soft); font-size: .9rem; margin: 0; }
.answer { font-size: 1.1rem; line-height: 1.55; max-width: 48rem; margin: .75rem 0; }
header h1 { font-size: 2.1rem; max-width: 46rem; }
.howto { color: var(--soft); font-size: .9rem; border-left: 3px solid var(--line); padding-left: .75rem; margin: .5rem 0 1rem;
  max-width: 52rem; }
.howto b { color: var(--text); font-weight: 600; }
.key { width: 16px; height: 16px; overflow: visible; flex: none; margin-right: .4rem; vertical-align: -2px; }
.system { display: inline-flex; align-items: baseline; max-width: 100%; }
.system bdi { overflow-wrap: anywhere; min-width: 0; }
td .system { min-width: 6rem; }
td > .signature { display: inline-block; min-width: 9rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1.25rem; margin: .5rem 0; padding: 0; font-size: .9rem; }
.drawing { margin: 1rem 0; }
.drawing svg { overflow: visible; display: block; }
.drawing .key { display: inline-block; }
.drawing text { fill: var(--soft); font-size: 12px; }
text.tick, text.title, text.flag { text-anchor: middle; }
text.left { text-anchor: end; }
.drawing text.flag { fill: var(--text); font-weight: 700; font-size: 13px; }
.rows { display: grid; grid-template-columns: fit-content(16rem) minmax(8rem, 1fr) max-content; column-gap: 1.25rem; }
.rows .name { padding: .3rem 0;
  display: flex; flex-wrap: wrap; align-items: center; column-gap: .35rem;
  font-size: .9rem; line-height: 1.3; overflow-wrap: anywhere; }
.rows.divided > .name, .rows.divided > .track { border-top: 1px solid var(--line); }
.rows .said { align-self: center; font-size: .85rem; color: var(--soft); font-variant-numeric: tabular-nums;
  white-space: nowrap; text-align: right; }
.track { position: relative; }
.track > svg, .area > svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.track.foot { min-height: 3.1rem; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 2rem; }
.axis-title { color: var(--soft); font-size: 12px; margin: 0 0 .6rem; }
.area { position: relative; height: 19rem; margin: 1.3rem .8rem 3.2rem 3.2rem; }
.xy .axis-title + .area { margin-top: 1.5rem; }
.frame { fill: none; stroke: var(--line); }
.grid { stroke: var(--line); stroke-width: 1; }
.reference { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 4 4; }
.flag { stroke-width: 1.5; }
line.flag { stroke: var(--text); stroke-dasharray: 2 4; }
.mark { fill: var(--colour); stroke: var(--back); stroke-width: 1.2; }
.mark.front { stroke: var(--text); stroke-width: 2; }
.seed { fill: none; stroke: var(--colour); stroke-width: 1.4; opacity: .8; }
.step { fill: var(--soft); }
.whisker { stroke: var(--colour); stroke-width: 5; stroke-linecap: round; opacity: .38; }
.whisker.thin { stroke-width: 2; opacity: .6; }
.link { stroke: var(--soft); stroke-width: 1.5; opacity: .45; }
.line { fill: none; stroke: var(--colour); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.line.pareto { stroke: var(--soft); stroke-dasharray: 5 4; stroke-width: 1.5; }
.band { fill: var(--colour); opacity: .18; }
.axis-title + .stack { margin: -.3rem 0 .8rem; }
.square .xy { max-width: 33rem; }
.square .area { height: 24rem; }
.stack { display: flex; height: 1.6rem; border-radius: .3rem; overflow: hidden; gap: 1px; print-color-adjust: exact; }
.stack span { flex: 0 1 0; min-width: 2px; background: var(--colour, var(--right-back)); }
.swatch { display: inline-block; width: .9em; height: .9em; border-radius: .2em; vertical-align: -1px; margin-right: .4rem;
  background: var(--colour, var(--right-back)); print-color-adjust: exact; }
.stack .both, .swatch.both { background: repeating-linear-gradient(45deg, var(--text) 0 3px, var(--soft) 3px 6px); }
.stack .right, .swatch.right { background: var(--right-back); }
tr.most > * { background: var(--box); }
.above th { border-bottom: 0; padding-bottom: 0; }
table.confusion { width: auto; font-size: .74rem; border-collapse: separate; border-spacing: 1px; font-variant-numeric: tabular-nums; }
.confusion th, .confusion td { border: 0; padding: .2rem .28rem; text-align: center; min-width: 2rem; white-space: nowrap; }
.confusion tbody th { position: sticky; left: 0; background: var(--back); text-align: right; padding-right: .5rem; color: var(--text);
  min-width: 3.5rem; max-width: 10rem; overflow-wrap: anywhere; }
.confusion thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; vertical-align: top; padding: .28rem .2rem;
  color: var(--text); max-height: 12rem; white-space: nowrap; }
.confusion thead th:first-child { writing-mode: horizontal-tb; transform: none; color: var(--soft); vertical-align: bottom;
  white-space: normal; text-align: right; font-weight: 400; }
.confusion td { background: rgba(var(--heat), var(--share, 0)); print-color-adjust: exact; }
.confusion td.diagonal { background: var(--right-back); color: var(--soft); }
.confusion td.sum { color: var(--soft); padding-left: .6rem; text-align: right; }
.compact { --cell: 12px; }
.compact svg { display: block; }
.compact text { font-size: 9px; fill: var(--text); }
.compact .hot { fill: rgb(var(--heat)); }
.compact .diagonal { fill: var(--soft); opacity: .45; }
.compact .back { fill: var(--box); }
.sentence { margin: 0 0 1.25rem; }
.answers { display: grid; grid-template-columns: fit-content(11rem) 1fr; gap: .15rem 1rem; }
.answers > .who { font-size: .85rem; padding-top: .35rem; overflow-wrap: anywhere; }
.answers > .line { padding-top: .2rem; overflow-wrap: anywhere; }
.words { display: flex; flex-wrap: wrap; gap: .3rem .15rem; min-width: 0; }
.word { display: inline-flex; flex-direction: column; align-items: center; padding: .1rem .3rem; border-radius: .3rem; line-height: 1.3;
  max-width: 100%; border: 1px solid transparent; }
.word bdi { overflow-wrap: anywhere; }
.word small { color: var(--soft); font-size: .68rem; overflow-wrap: anywhere; }
.word.wrong { background: var(--wrong-back); border-color: var(--wrong); print-color-adjust: exact; }
.word.wrong small { color: var(--wrong); font-weight: 650; }
.word.wrong small.gold { color: var(--text); font-weight: 400; }
.scroll > table { width: auto; min-width: min(100%, 34rem); }
td small, .second { display: block; color: var(--soft); font-size: .78rem; }
th { white-space: normal; vertical-align: bottom; }
thead th.number:not(.group) { white-space: normal; }
thead .system { min-width: 5rem; text-align: left; }
thead .number .system { justify-content: flex-end; }
th .second { font-weight: 400; }
tbody th { vertical-align: top; }
.interval { white-space: nowrap; }
tbody th { color: var(--text); font-weight: 400; overflow-wrap: anywhere; min-width: 8.5rem; max-width: 18rem; }
th.group { text-align: center; border-left: 1px solid var(--line); padding-left: .5rem; }
.signature { font: .75rem/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; color: var(--soft); overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  header h1 { font-size: 1.55rem; }
  .answer { font-size: 1rem; }
  .rows { grid-template-columns: 1fr max-content; column-gap: .75rem; grid-auto-flow: dense; }
  .rows .name { grid-column: 1; padding-bottom: 0; }
  .rows .said { grid-column: 2; align-self: end; }
  .rows.divided > .track { border-top: 0; }
  .rows .track { grid-column: 1 / -1; margin: 0 .9rem; }
  tbody th { min-width: 6.2rem; }
  .answers { grid-template-columns: 1fr; gap: 0; }
  .area { height: 15rem; margin-left: 2.8rem; }
  .square .area { height: 19rem; }
}
@media print {
  body { font-size: 11pt; }
  section { break-inside: auto; }
  h2, h3 { break-after: avoid; }
  figure, .sentence, tr { break-inside: avoid; }
  .scroll { overflow: visible; }
  main { padding: 0; max-width: none; }
  table { font-size: 7pt; }
  table .signature, .second, caption { font-size: 6.5pt; }
  th, td, .number { padding: .15rem .3rem .15rem 0; }
  tbody th { min-width: 4.5rem; }
  td .system, thead .system { min-width: 0; }
  .number { white-space: normal; }
  table.confusion { font-size: 6pt; }
  .confusion th, .confusion td { padding: .1rem; min-width: 1.4rem; }
}
"""
