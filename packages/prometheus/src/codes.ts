import { reasonCodes } from '@fermata/verdict'

/** Why a metrics or alerts server gave no answer. All are inconclusive: silence is neither good nor bad news. */
export const prometheusCodes = reasonCodes({
  'FM-PROMETHEUS-BAD-QUERY': {
    severity: 'inconclusive',
    means: 'The server does not understand what was asked (400): an expression that is not PromQL, a time that is none, more than 11,000 steps.',
    remedy: 'Correct the expression; `promtool promql format` shows how the server reads it.',
  },
  'FM-PROMETHEUS-EXECUTION': {
    severity: 'inconclusive',
    means: 'The expression is PromQL and cannot be evaluated over the data that is there (422), for example because several series match where one must.',
    remedy: 'Make the matching unique with on(), ignoring() or an aggregation.',
  },
  'FM-PROMETHEUS-TIMEOUT': {
    severity: 'inconclusive',
    means: 'The answer did not come in time, or the server gave up on the query. It is not asked again.',
    remedy: 'Shorten the window, record the expression with a rule, or raise `--query.timeout` of the server.',
  },
  'FM-PROMETHEUS-UNAVAILABLE': {
    severity: 'inconclusive',
    means: 'The server, or a proxy before it, answered several times that it cannot serve (500, 502, 503, 504).',
    remedy: 'Look at the health of the server, then run again.',
  },
  'FM-PROMETHEUS-UNAUTHORIZED': {
    severity: 'inconclusive',
    means: 'The server does not know who asks (401).',
    remedy: 'Pass a token, or user and password in the address: https://user:password@host.',
  },
  'FM-PROMETHEUS-FORBIDDEN': {
    severity: 'inconclusive',
    means: 'The server knows who asks and does not allow it (403).',
    remedy: 'Give the identity of the token the right to read.',
  },
  'FM-PROMETHEUS-NOT-FOUND': {
    severity: 'inconclusive',
    means: 'There is no such API under this address (404).',
    remedy: 'Give the base address, with the path prefix if there is one, without /api/v1.',
  },
  'FM-PROMETHEUS-RATE-LIMITED': {
    severity: 'inconclusive',
    means: 'The server asks to send less (429), for longer than a run should wait.',
    remedy: 'Run again later, or raise the limit of this tenant.',
  },
  'FM-PROMETHEUS-REDIRECTED': {
    severity: 'inconclusive',
    means: 'The server sends us elsewhere. Credentials are not taken to another address, so a redirect is not followed.',
    remedy: 'Give the address that it redirects to, or a token if that is a login page.',
  },
  'FM-PROMETHEUS-UNREACHABLE': {
    severity: 'inconclusive',
    means: 'No whole answer came after several attempts: no such host, no connection, or one that broke.',
    remedy: 'Check the address, the network from this runner and the proxy settings.',
  },
  'FM-PROMETHEUS-UNREADABLE': {
    severity: 'inconclusive',
    means: 'An answer came that is not what the API describes: HTML of a proxy or a login page, a cut body, another server.',
    remedy: 'Check that the address leads to the API itself.',
  },
  'FM-PROMETHEUS-TOO-LARGE': {
    severity: 'inconclusive',
    means: 'The answer is larger than what we read of one.',
    remedy: 'Aggregate in the expression, so that fewer series come back.',
  },
  'FM-PROMETHEUS-NATIVE-HISTOGRAM': {
    severity: 'inconclusive',
    means: 'The result is a native histogram and no number.',
    remedy: 'Wrap it in histogram_quantile, histogram_fraction, histogram_count or histogram_sum.',
  },
  'FM-PROMETHEUS-REFUSED': {
    severity: 'inconclusive',
    means: 'The server understood the request and declined it.',
    remedy: "Follow the server's own words.",
  },
})
