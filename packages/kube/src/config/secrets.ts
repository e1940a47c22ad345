/** What looks like a token, a key or a certificate becomes an ellipsis: three runs joined by dots, or one long run with a digit in it. */
export function withoutSecrets(text: string): string {
  return text.replace(/[A-Za-z0-9+_=-]{8,}(\.[A-Za-z0-9+_=-]{8,}){2,}|(?=[A-Za-z+_=-]*\d)[A-Za-z0-9+_=-]{32,}/g, '…')
}
