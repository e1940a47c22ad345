import { reasonCodes, reasonsFrom } from '@fermata/verdict'

export const doctorCodes = reasonCodes({
  'FM-DOCTOR-GIT': { severity: 'error', means: 'There is no git that Fermata could use.', remedy: 'Install git 2.36 or newer.' },
  'FM-DOCTOR-NO-CLONE': { severity: 'warning', means: 'The working directory is in no git repository, so nobody can tell what a change touches.', remedy: 'Run it in a checkout, or name one with `working-directory`.' },
  'FM-DOCTOR-WRONG': { severity: 'error', means: 'Something that the repository or an input says cannot be meant.', remedy: 'Correct what the message names.' },
  'FM-DOCTOR-NOT-LOOKED-AT': { severity: 'inconclusive', means: 'Something could not be looked at, since what comes before it is not in order.', remedy: 'Put the other things in order, then run it again.' },
  'FM-DOCTOR-TOKEN': { severity: 'error', means: 'GitHub does not give this token what Fermata asks first: the repository.', remedy: 'Give the job `contents: read`, or a token for this repository.' },
})

export type DoctorCode = keyof typeof doctorCodes

export const because = reasonsFrom(doctorCodes)
