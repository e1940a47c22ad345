import type { Block, Report, Section } from '@fermata/verdict'
import type { Draft, DraftService } from './draft.ts'
import { originText } from './unit.ts'

/** What was found, from where, and what of it was added. */
export function draftSections(draft: Draft, added: readonly DraftService[], shownText: string | undefined): Report['sections'] {
  const services: Block = {
    kind: 'table',
    columns: [{ title: 'Service' }, { title: 'Role' }, { title: 'Manifests' }, { title: 'From' }, { title: 'In the file' }],
    rows: draft.services.map((service) => [
      { text: service.id, code: true },
      service.roleBy === undefined ? service.role : `${service.role} (${service.roleBy})`,
      service.manifests.map(({ path, objects }) => (objects === undefined ? path : `${path} (${objects.join(', ')})`)).join(', '),
      originText(service.origin),
      added.includes(service) ? { text: 'added', state: 'good' } : { text: 'there already', state: 'skipped' },
    ]),
  }
  const dependencies: Block = {
    kind: 'table',
    columns: [{ title: 'Service' }, { title: 'Needs' }, { title: 'From' }],
    rows: draft.services.flatMap(({ id, dependencies: own }) => own.map((dependency) => [{ text: id, code: true as const }, { text: dependency.id, code: true as const }, originText(dependency.origin)])),
    empty: 'No setting names the host of another service.',
  }
  const text: readonly Section[] = shownText === undefined ? [] : [{ id: 'file', title: 'The file as it would be', blocks: [{ kind: 'code', language: 'yaml', text: shownText }] }]
  return [{ id: 'services', title: 'Services', blocks: [services] }, { id: 'dependencies', title: 'Dependencies', blocks: [dependencies] }, ...text]
}
