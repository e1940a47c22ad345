import { dark, light, stateClasses, variables } from './tokens.ts'

/** The style of the page. Nothing moves, nothing is loaded, and colour never stands alone. */
export const style = `
:root{color-scheme:light dark;${variables(light)};--ink:var(--text);--wash:var(--card);--mono:ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{${variables(dark)}}}
${stateClasses()}
*{box-sizing:border-box}
html{scroll-padding-top:4rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);font:400 15px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
code,pre,.mono{font-family:var(--mono);font-size:.88em}
h1,h2,h3,p,ul,dl,pre{margin:0}
.faint{color:var(--faint)}
.skip{position:absolute;left:-9999px}
.skip:focus{left:1rem;top:.6rem;z-index:3;background:var(--card);padding:.4rem .8rem}
.wrap{max-width:76rem;margin:0 auto;padding:0 1.5rem}
.bar{position:sticky;top:0;z-index:2;background:var(--card);border-bottom:1px solid var(--line)}
.bar .wrap{display:flex;align-items:center;gap:1.5rem;height:3rem}
.brand{display:flex;align-items:center;gap:.55rem;font-weight:650;letter-spacing:.01em;white-space:nowrap}
.brand svg{width:1.5rem;height:1.1rem;color:var(--ink)}
.bar nav{min-width:0}
.bar ul{display:flex;gap:1.15rem;list-style:none;padding:0;overflow-x:auto;white-space:nowrap;font-size:.9rem;scrollbar-width:none}
.bar ul a{color:var(--faint);text-decoration:none;padding:.3rem 0;display:block}
.bar ul a:hover{color:var(--text);text-decoration:underline}
.hero{background:linear-gradient(180deg,var(--wash),var(--page));padding:2.4rem 0 1.6rem;border-top:4px solid var(--ink)}
.pill{display:inline-flex;align-items:center;gap:.45rem;background:var(--card);color:var(--ink);border:1.5px solid var(--ink);border-radius:2rem;padding:.12rem .85rem .12rem .7rem;font-size:.95rem;font-weight:650;line-height:1.6}
h1{font-size:clamp(1.35rem,1rem + 1.8vw,2rem);line-height:1.25;font-weight:680;letter-spacing:-.015em;text-wrap:balance;max-width:58rem}
h1 .pill{letter-spacing:0;margin-bottom:.7rem}
h1 .says{display:block}
.meta{display:flex;flex-wrap:wrap;gap:.5rem 2.2rem;margin-top:1.3rem}
.meta dt{font-size:.75rem;color:var(--faint);letter-spacing:.03em}
.meta dd{margin:0;font-weight:550;font-variant-numeric:tabular-nums}
main{padding-bottom:3rem}
section{margin-top:2.2rem}
.folded+.folded{margin-top:.6rem}
h2{font-size:1.15rem;font-weight:650;letter-spacing:-.005em;margin-bottom:.8rem;display:flex;align-items:baseline;gap:.6rem;flex-wrap:wrap}
h2 .tag,summary .tag{font-size:.8rem;font-weight:600}
.tag{color:var(--ink);white-space:nowrap}
.tag.faint{color:var(--faint)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.2rem}
.card>*+*{margin-top:1rem}
.reasons{display:grid;gap:.8rem;list-style:none;padding:0}
.reason{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--ink);border-radius:10px;padding:.85rem 1.2rem .95rem}
.reason .head{display:flex;flex-wrap:wrap;gap:.2rem .9rem;align-items:baseline;font-size:.85rem}
.reason .head .code{margin-left:auto;color:var(--faint)}
.reason .says{font-size:1.02rem;margin-top:.2rem}
.reason .next{margin-top:.55rem;display:flex;gap:.6rem;align-items:baseline}
.reason .next b{color:var(--ink);font-size:.8rem;white-space:nowrap}
.reason .where{margin-top:.45rem;font-size:.9rem;color:var(--faint)}
.facts{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.35rem 1.4rem}
.facts dt{color:var(--faint)}
.facts dd{margin:0;font-variant-numeric:tabular-nums}
.prose{max-width:46rem;white-space:pre-line}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.42rem .8rem;border-bottom:1px solid var(--line);vertical-align:top;unicode-bidi:isolate}
td,tbody th{max-width:34rem;overflow-wrap:break-word;min-width:4.5rem}
.unbroken{overflow-wrap:anywhere;min-width:12rem}
tbody th{font-weight:500}
thead th{font-size:.8rem;color:var(--faint);font-weight:600;white-space:nowrap;border-bottom-color:var(--faint)}
tbody tr:last-child>*{border-bottom:0}
tbody tr:hover{background:var(--page)}
.right{text-align:right}
.st{color:var(--ink);background:var(--wash);border-radius:1rem;padding:.06rem .65rem;font-weight:550;white-space:nowrap}
.st.s-good{background:none;padding-left:0}
.st.long{white-space:normal;border-radius:.5rem}
th button{all:unset;cursor:pointer;color:inherit;font:inherit}
th button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
th[aria-sort=ascending] button::after{content:" ▲"}
th[aria-sort=descending] button::after{content:" ▼"}
.filter{display:flex;gap:.8rem;align-items:center;font-size:.85rem;color:var(--faint)}
.filter input{font:inherit;color:var(--text);background:var(--page);border:1px solid var(--faint);border-radius:6px;padding:.3rem .6rem;width:16rem;max-width:60%}
pre{background:var(--page);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;overflow-x:auto;font-size:.84rem;line-height:1.5;overflow-wrap:normal}
details>summary{cursor:pointer;padding:.15rem 0}
details.fold{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.7rem 1.2rem}
details.fold[open]>summary{margin-bottom:.8rem}
details.fold>summary h2{display:inline-flex;margin:0;font-size:1.05rem}
details.fold .card{border:0;padding:0}
details.alt{font-size:.9rem}
details.alt>summary{color:var(--faint)}
details.alt ul{columns:22rem;margin:.5rem 0 0}
.evidence+.evidence{margin-top:.6rem}
.evidence pre{margin-top:.5rem}
svg text{fill:var(--text);font:12px var(--mono)}
svg .wave,svg .tick{fill:var(--faint);font-size:11px}
svg .sign,svg .word{fill:var(--ink);font-weight:700}
svg .word{font-weight:500}
.graph path{fill:none;stroke:var(--faint);stroke-width:1.1;opacity:.55}
.defs{position:absolute}
marker path{fill:var(--faint);stroke:none;opacity:1}
.graph rect{fill:var(--wash);stroke:var(--ink);stroke-width:1.2}
.graph .s-good rect{fill:var(--card)}
.graph .s-bad rect,.graph .s-undone rect{stroke-width:2.4}
.graph .s-held rect,.graph .s-skipped rect{stroke-dasharray:4 3}
.graph a{text-decoration:none}
.graph a:hover rect,.graph .near rect{stroke-width:2.6}
.graph .dim{opacity:.25}
.graph path.near{stroke:var(--link);stroke-width:2;opacity:1}
.gantt rect{fill:var(--wash);stroke:var(--ink);stroke-width:1}
.gantt{width:100%;height:auto;min-width:44rem;display:block}
.graph{display:block}
.gantt .s-good .word{fill:var(--faint)}
.gantt .s-bad rect{fill:var(--ink)}

.gantt .phase{fill:var(--ink);font-size:10.5px}
.gantt .s-bad .phase{fill:var(--card)}
.gantt .note{fill:var(--faint);font-size:11px}
.gantt .grid{stroke:var(--line);stroke-width:1}
footer{border-top:1px solid var(--line);padding:1.2rem 0 2.5rem;color:var(--faint);font-size:.85rem}
@media (max-width:40rem){.wrap{padding:0 1rem}.hero{padding-top:1.5rem}.bar .wrap{gap:1rem}.card,.reason,details.fold{padding-left:.9rem;padding-right:.9rem}.reason .head .code{margin-left:0}.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.5rem}.meta{gap:.5rem 1.6rem}}
@media print{:root{${variables(light)}}body{background:#fff;font-size:10pt}.bar,.filter,.skip,details.alt:not([open]){display:none}.hero{background:none}.scroll{overflow:visible}table{width:100%;min-width:0;font-size:8.5pt}th,td{padding:.25rem .4rem}td,tbody th{min-width:0}.gantt{min-width:0}.card,.reason{break-inside:avoid}svg{max-width:100%;height:auto}}
`.trim()
