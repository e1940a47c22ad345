/** How a container behaves from the moment its pod is on a node. All times in seconds of the cluster's clock. */
export type Behaviour =
  | { readonly does: 'run'; readonly readyAfter?: number; readonly log?: readonly string[] }
  | { readonly does: 'never-ready'; readonly log?: readonly string[] }
  /** Ready and unready in turns. */
  | { readonly does: 'flap'; readonly readyFor: number; readonly unreadyFor: number; readonly readyAfter?: number }
  /** Ends with an exit code after `after`; restarted with growing back-off. With `times`, it runs well afterwards; with `readyAfter`, it is ready until it ends. */
  | { readonly does: 'crash'; readonly exitCode?: number; readonly after?: number; readonly readyAfter?: number; readonly times?: number; readonly log?: readonly string[] }
  | { readonly does: 'out-of-memory'; readonly after?: number }
  /** Ends well: what containers of a Job do. */
  | { readonly does: 'complete'; readonly after?: number; readonly log?: readonly string[] }
  | { readonly does: 'image-missing'; readonly message?: string }
  /** No node takes the pod. */
  | { readonly does: 'unschedulable'; readonly message?: string }

export type ImagePattern = string | RegExp | ((image: string) => boolean)

export interface Story {
  /** Containers of this image behave so from now on; later lines win over earlier ones. A string names the image exactly. */
  image(pattern: ImagePattern, behaviour: Behaviour): Story
  behaviourOf(image: string): Behaviour
}

export function createStory(otherwise: Behaviour = { does: 'run', readyAfter: 1 }): Story {
  const lines: { readonly pattern: ImagePattern; readonly behaviour: Behaviour }[] = []
  const fits = (pattern: ImagePattern, image: string): boolean => (typeof pattern === 'string' ? pattern === image : pattern instanceof RegExp ? pattern.test(image) : pattern(image))
  const story: Story = {
    image(pattern, behaviour) { lines.push({ pattern, behaviour }); return story },
    behaviourOf: (image) => lines.findLast(({ pattern }) => fits(pattern, image))?.behaviour ?? otherwise,
  }
  return story
}
