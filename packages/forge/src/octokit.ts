/** What the first request needs, and no run before it: a file that is loaded late. */
export { getOctokit } from '@actions/github'
export { Agent, EnvHttpProxyAgent, fetch, Response } from 'undici'
