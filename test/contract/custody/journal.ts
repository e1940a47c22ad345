import { describe, expect, test } from '@jest/globals'
import { type AnyEntry, fenceAnnotation, journalRef, journalsIn } from '@fermata/custody'
import type { Stand } from './contract.ts'

interface Note extends AnyEntry {
  readonly schema: 'fermata/test-journal@1'
  readonly says: string
}

const note = (says: string, ended = false): Note => ({ schema: 'fermata/test-journal@1', startedAt: '2026-01-01T00:00:00.000Z', ended, says })

export function journalContract(stand: () => Stand): void {
  describe('a journal', () => {
    const journals = ({ one, namespace }: Stand) => journalsIn<Note>(one, namespace, 'fermata/test-journal@1')
    const others = ({ other, namespace }: Stand) => journalsIn<Note>(other, namespace, 'fermata/test-journal@1')

    test('comes back as it was written, what is hidden from a Secret', async () => {
      const here = stand()
      const page = { entry: note('one'), kept: [{ a: [1, 2] }], hidden: { password: 'x' } }
      await journals(here).create(here.name, page)
      expect((await others(here).open(here.name))?.page).toEqual(page)
      expect(JSON.stringify(await here.one.get(journalRef(here.namespace, here.name)))).not.toContain('password')
    })

    test('that another has written since is not written over', async () => {
      const here = stand()
      const mine = await journals(here).create(here.name, { entry: note('one') })
      const theirs = await others(here).open(here.name)
      await theirs?.writer.save({ entry: note('theirs') })
      await expect(mine.save({ entry: note('mine') })).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-JOURNAL-LOST', message: expect.stringContaining('another run') } })
      expect((await journals(here).open(here.name))?.page.entry.says).toBe('theirs')
    })

    test('that its heir has claimed is closed to a zombie, also one that reads it again', async () => {
      const here = stand()
      const zombie = await journals(here).create(here.name, { entry: note('zombie') }, 7)
      const heir = await others(here).open(here.name, 8)
      await heir?.writer.save({ entry: note('zombie') })
      expect((await here.one.get(journalRef(here.namespace, here.name)))?.metadata.annotations?.[fenceAnnotation]).toBe('8')
      await expect(zombie.save({ entry: note('zombie goes on') })).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-JOURNAL-LOST' } })
      const again = await journals(here).open(here.name, 7)
      await expect(again?.writer.save({ entry: note('zombie goes on') })).rejects.toMatchObject({ reason: { message: expect.stringContaining('under fence 8') } })
    })

    test('that several keep together loses nothing', async () => {
      const here = stand()
      const add = (journal: ReturnType<typeof journals>) => journal.change(here.name, (page) => ({ entry: note(`${page?.entry.says ?? ''}x`) }))
      await Promise.all([add(journals(here)), add(others(here)), add(journals(here))])
      expect((await journals(here).open(here.name))?.page.entry.says).toBe('xxx')
    })

    test('of another family is not listed; of another version it is an error', async () => {
      const here = stand()
      await journals(here).create(here.name, { entry: note('one') })
      expect(await journalsIn(here.one, here.namespace, 'fermata/nobodys-journal@1').list()).toEqual([])
      expect((await journals(here).list()).map(([id]) => id)).toContain(here.name)
      await expect(journalsIn(here.one, here.namespace, 'fermata/test-journal@2').list()).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-JOURNAL-LOST' } })
    })

    test('that may not be kept is an error with the rule that is missing', async () => {
      const here = stand()
      await expect(journalsIn<Note>(here.nobody, here.namespace, 'fermata/test-journal@1').create(here.name, { entry: note('one') })).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-FORBIDDEN', remedy: expect.stringContaining('configmaps') } })
    })
  })
}
