import { jest } from '@jest/globals'

// Real programs on a busy machine now and then miss a moment. What fails twice is no accident; what fails once is in the log.
jest.retryTimes(1, { logErrorsBeforeRetry: true })
