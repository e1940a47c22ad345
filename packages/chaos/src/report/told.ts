import type { Course } from '../run/course.ts'
import type { Judgement } from '../run/judge-course.ts'
import type { Plan } from '../run/prepare.ts'

/** What is told of an experiment when it is over. */
export interface Told {
  readonly plan: Plan
  readonly course: Course
  readonly judgement: Judgement
}
