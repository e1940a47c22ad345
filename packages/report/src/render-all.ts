import type { Report } from '@fermata/verdict'
import { reportHtml } from './html/page.ts'
import { junitXml } from './junit.ts'
import { reportJson } from './report-json.ts'
import { sarifJson } from './sarif.ts'
import { summaryMarkdown } from './summary.ts'

export interface RenderWish {
  /** Where the HTML report can be read: an address or a path. */
  readonly link?: string
}

export interface RenderedFile {
  readonly name: 'report.json' | 'report.html' | 'summary.md' | 'junit.xml' | 'report.sarif'
  readonly content: string
}

/** Every file of a report. The same report gives the same bytes, wherever and whenever it is rendered. */
export function renderAll(report: Report, wish: RenderWish = {}): readonly RenderedFile[] {
  return [
    { name: 'report.json', content: reportJson(report) },
    { name: 'report.html', content: reportHtml(report) },
    { name: 'summary.md', content: summaryMarkdown(report, wish) },
    { name: 'junit.xml', content: junitXml(report) },
    { name: 'report.sarif', content: sarifJson(report) },
  ]
}
