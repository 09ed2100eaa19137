/** Asking with a form in the body, which has no length limit, unlike a query string. */

import { request, type HttpAnswer, type HttpRequest } from '../http.ts';

/** POST, and GET where a proxy lets only reads pass (405, 501). Throws as `request` does. */
export async function askByForm(
  url: string,
  form: URLSearchParams,
  options: Pick<HttpRequest, 'headers' | 'signal' | 'timeoutMs'>,
): Promise<HttpAnswer> {
  const headers = { ...options.headers, 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await request(url, { ...options, method: 'POST', headers, body: form.toString() });
  if (answer.status !== 405 && answer.status !== 501) return answer;
  return request(`${url}?${form.toString()}`, options);
}
