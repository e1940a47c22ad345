import { locationText, type Evidence, type Reason, type Report, type Section } from '@fermata/verdict'
import { createHash } from 'node:crypto'
import { encodeAnchor, encodeHtml as h, encodeHtmlProse as prose, encodeJsonIsland, truncate } from '../encode.ts'
import { capabilityTitle, counted, durationText, folds, severityLook, stateLook, timeText, verdictLook } from '../look.ts'
import { anchorsOf, type Anchors } from './anchors.ts'
import { blockHtml, factsHtml } from './blocks.ts'
import { script } from './script.ts'
import { style } from './style.ts'

/** The sign of the house: hold until it is over. */
const emblem = '<svg viewBox="0 0 30 20" aria-hidden="true"><path d="M3 17a12 12 0 0 1 24 0" fill="none" stroke="currentColor" stroke-width="3.2" stroke-linecap="round"/><circle cx="15" cy="15.5" r="2.9" fill="currentColor"/></svg>'

/** Defined once for all graphs of the page: an id may be there only once. */
const arrowHead = '<svg class="defs" width="0" height="0" aria-hidden="true"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs></svg>'

/** A report with more bytes of evidence keeps it in report.json alone, so that the page stays quick to open. */
const mostInIsland = 512 * 1024

/**
 * The report as one HTML file that needs nothing else: no network, no JavaScript, no clock.
 * The same report gives the same bytes.
 */
export function reportHtml(report: Report): string {
  const look = verdictLook[report.verdict]
  const anchors = anchorsOf(report.sections)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Fermata">
<title>${h(`${look.glyph} ${truncate(report.summary, 120)}`)}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the reasons</a>
${navigation(report, anchors)}
${arrowHead}
<main id="main" tabindex="-1">
${hero(report)}
<div class="wrap">
${reasonsHtml(report, anchors)}
${report.sections.map((section, index) => sectionHtml(section, anchors.of(index), anchors)).join('\n')}
${evidenceHtml(report.evidence)}
${outputsHtml(report.outputs)}
</div>
</main>
<footer><div class="wrap">Fermata · ${h(report.capability)} · ${h(report.schema)} · all times UTC</div></footer>
<script type="application/json" id="fermata-report">${island(report)}</script>
<script>${script}</script>
</body>
</html>
`
}

/** For the policy of the page: only these very bytes run, so that nothing that slipped in could. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

function island(report: Report): string {
  const whole = encodeJsonIsland(report)
  if (whole.length <= mostInIsland) return whole
  return encodeJsonIsland({ ...report, evidence: report.evidence.map((one) => ({ ...one, result: 'in report.json' })) })
}

function navigation(report: Report, anchors: Anchors): string {
  const own = (wanted: boolean, anchor: string, title: string): readonly (readonly [string, string])[] => (wanted ? [[anchor, title]] : [])
  const links = [
    ...own(report.reasons.length > 0, 'reasons', 'Reasons'),
    ...report.sections.flatMap((section, index) => (folds(section) ? [] : [[anchors.of(index), truncate(section.title, 32)] as const])).slice(0, 12),
    ...own(report.evidence.length > 0, 'evidence', 'Evidence'),
  ]
  const items = links.map(([anchor, title]) => `<li><a href="#${anchor}">${h(title)}</a></li>`).join('')
  return `<header class="bar s-${verdictLook[report.verdict].state}" id="top"><div class="wrap"><span class="brand">${emblem}fermata</span>${links.length === 0 ? '' : `<nav aria-label="Parts of this report"><ul>${items}</ul></nav>`}</div></header>`
}

function hero(report: Report): string {
  const look = verdictLook[report.verdict]
  const { repository, sha, environment, services } = report.subject
  const facts: readonly (readonly [string, string])[] = [
    ['What', h(capabilityTitle(report))],
    ...(environment === undefined ? [] : [['Environment', h(environment)] as const]),
    ...(repository === undefined ? [] : [['Repository', h(repository)] as const]),
    ...(sha === undefined ? [] : [['Commit', `<code title="${h(sha)}">${h(sha.slice(0, 12))}</code>`] as const]),
    ...(services === undefined ? [] : [['Services', String(services.length)] as const]),
    ['Started', `<time datetime="${h(report.startedAt)}">${h(timeText(report.startedAt))}</time>`],
    ['Took', h(durationText(Date.parse(report.endedAt) - Date.parse(report.startedAt)))],
  ]
  return `<div class="hero s-${look.state}"><div class="wrap">
<h1><span class="pill"><span aria-hidden="true">${look.glyph}</span> ${look.word}</span> <span class="says">${prose(report.summary)}</span></h1>
<dl class="meta">${facts.map(([label, value]) => `<div><dt>${label}</dt><dd>${value}</dd></div>`).join('')}</dl>
</div></div>`
}

/** More notes than these are folded, also where there is nothing worse. */
const openNotes = 5

function reasonsHtml(report: Report, anchors: Anchors): string {
  if (report.reasons.length === 0) return ''
  const known = new Set(report.evidence.map(({ id }) => id))
  const loud = report.reasons.filter((reason) => reason.severity !== 'note')
  const notes = report.reasons.filter((reason) => reason.severity === 'note')
  const list = (reasons: readonly Reason[]) => `<ul class="reasons">${reasons.map((reason) => reasonHtml(reason, known, anchors)).join('\n')}</ul>`
  return `<section id="reasons" aria-labelledby="reasons-title"><h2 id="reasons-title">Reasons <span class="tag faint">${h(tally(report.reasons))}</span></h2>
${loud.length === 0 ? '' : list(loud)}
${notes.length === 0 ? '' : loud.length === 0 && notes.length <= openNotes ? list(notes) : `<details class="alt"><summary>${counted(notes.length, 'note')}</summary>${list(notes)}</details>`}
</section>`
}

function tally(reasons: readonly Reason[]): string {
  const words = { error: ['error', 'errors'], inconclusive: ['open question', 'open questions'], warning: ['warning', 'warnings'], note: ['note', 'notes'] } as const
  return [...Map.groupBy(reasons, (reason) => reason.severity)].map(([severity, all]) => counted(all.length, words[severity][0], words[severity][1])).join(' · ')
}

function reasonHtml(reason: Reason, known: ReadonlySet<string>, anchors: Anchors): string {
  const look = severityLook[reason.severity]
  const sign = reason.severity === 'note' ? 'i' : stateLook[look.state].glyph
  const own = reason.service === undefined ? undefined : anchors.find(`service-${reason.service}`)
  const service = reason.service === undefined ? '' : own === undefined ? `<span>${h(reason.service)}</span>` : `<a href="#${own}">${h(reason.service)}</a>`
  const proof = (reason.evidence ?? []).map((id) => (known.has(id) ? `<a href="#${evidenceAnchor(id)}">${h(id)}</a>` : h(id)))
  const where = [...(reason.location === undefined ? [] : [`<code>${h(locationText(reason.location))}</code>`]), ...(proof.length === 0 ? [] : [`evidence ${proof.join(', ')}`])]
  return `<li class="reason s-${look.state}"><div class="head"><strong class="tag"><span aria-hidden="true">${sign}</span> ${look.word}</strong>${service}<code class="code">${h(reason.code)}</code></div>
<p class="says">${prose(reason.message)}</p>${reason.remedy === undefined ? '' : `<p class="next"><b>Next</b><span>${prose(reason.remedy)}</span></p>`}${where.length === 0 ? '' : `<p class="where">${where.join(' · ')}</p>`}</li>`
}

function sectionHtml(section: Section, anchor: string, anchors: Anchors): string {
  const tag = section.state === undefined ? '' : ` <span class="tag s-${section.state}"><span aria-hidden="true">${stateLook[section.state].glyph}</span> ${stateLook[section.state].word}</span>`
  const body = `<div class="card">${section.blocks.map((block) => blockHtml(block, section.title, anchors)).join('\n')}</div>`
  if (folds(section)) return `<section id="${anchor}" class="folded"><details class="fold"><summary><h2>${h(section.title)}${tag}</h2></summary>${body}</details></section>`
  return `<section id="${anchor}"><h2>${h(section.title)}${tag}</h2>${body}</section>`
}

function evidenceAnchor(id: string): string {
  return `evidence_${encodeAnchor(id)}`
}

/** A result longer than this is shown in part; all of it is in report.json. */
const mostResult = 4_000

function evidenceHtml(evidence: readonly Evidence[]): string {
  if (evidence.length === 0) return ''
  const entries = evidence.map(({ id, source, query, at, result, warnings }) => {
    const text = typeof result === 'string' ? result : (JSON.stringify(result, undefined, 2) ?? 'nothing')
    const facts: readonly (readonly [string, string])[] = [['Asked', `<code>${h(query)}</code>`], ['Of', h(source)], ['At', `<time datetime="${h(at)}">${h(timeText(at))}</time>`], ...warnings.map((warning) => ['Warning', h(warning)] as const)]
    const cut = text.length > mostResult ? `<p class="faint">The first ${mostResult} of ${text.length} characters; all of it is in report.json.</p>` : ''
    return `<details class="evidence" id="${evidenceAnchor(id)}"><summary><code>${h(id)}</code> <span class="faint">${h(source)} · ${h(timeText(at))}</span></summary>${factsHtml(facts)}<pre tabindex="0" role="region" aria-label="${h(`Result of ${id}`)}"><code>${h(truncate(text, mostResult))}</code></pre>${cut}</details>`
  })
  return `<section id="evidence"><h2>Evidence <span class="tag faint">${counted(evidence.length, 'answer')}</span></h2><div class="card">${entries.join('\n')}</div></section>`
}

function outputsHtml(outputs: Report['outputs']): string {
  const entries = Object.entries(outputs).sort(([a], [b]) => (a < b ? -1 : 1))
  if (entries.length === 0) return ''
  return `<section id="outputs" class="folded"><details class="fold"><summary><h2>Outputs</h2></summary>${factsHtml(entries.map(([name, value]) => [name, `<code>${h(truncate(value, mostResult))}</code>`]))}</details></section>`
}
