import { describe, expect, it } from 'vitest';
import { describeVerifier } from '../../../test/contracts/verifier.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { command } from './index.ts';

const version = {
  name: '1.4.2',
  artifact: 'registry.example.com/shop@sha256:0a1b',
  commit: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
  repository: 'acme/shop',
};

function open(settings: Record<string, unknown>, connection: Record<string, unknown> = {}) {
  return command.create(command.settings.parse(settings), command.connection.parse(connection));
}

function verify(settings: Record<string, unknown>, more: object = {}, connection?: object) {
  const verifier = open(settings, connection as Record<string, unknown>);
  return verifier.verify({ ...version, ...more }, aContext());
}

describeVerifier({
  vendor: 'command',
  version,
  passed: () => open({ command: `[ {{commit}} = ${version.commit} ]` }),
  failed: () => open({ command: ['false'] }),
  pending: () => open({ command: 'exit 75' }),
  unavailable: {
    'no end in time': () => open({ command: ['sleep', '300'], timeout: '200ms' }),
    'killed from outside': () => open({ command: 'kill -s KILL $$' }),
  },
  refused: {
    'no such program': () => open({ command: ['no-such-program-here'] }),
    'no such folder': () => open({ command: 'true', cwd: '/no/such/folder' }),
  },
  endless: () => open({ command: ['sleep', '300'] }),
});

describe('providers/verifiers/command/index', () => {
  it.each([
    [0, 'passed', 'the command exited with code 0'],
    [75, 'pending', 'the command exited with code 75: still building'],
    [1, 'failed', 'the command exited with code 1: still building'],
  ])('takes exit code %d for %s', async (code, state, detail) => {
    expect(await verify({ command: `echo still building; exit ${code}` })).toEqual({
      state,
      detail,
    });
  });

  it('ends the detail with the last 1,000 characters of the log', async () => {
    const { detail } = await verify({ command: 'printf %02000d 7; exit 1' });
    expect(detail).toBe(`the command exited with code 1: ${'0'.repeat(999)}7`);
  });

  it('fills in what the version says, in lists and in scripts', async () => {
    const asked = ['{{version}}', '{{artifact}}', '{{commit}}', '{{repository}}'];
    const expected = `${version.name} ${version.artifact} ${version.commit} ${version.repository}`;
    const list = await verify({ command: ['sh', '-c', 'echo "$@"; exit 1', 'sh', ...asked] });
    expect(list.detail).toContain(expected);
    const script = await verify({ command: `echo ${asked.join(' ')}; exit 1` });
    expect(script.detail).toContain(expected);
  });

  it('tells the command about the version by variables too', async () => {
    const script = 'echo "$CRESCENDO_VERSION|$CRESCENDO_ARTIFACT|$CRESCENDO_COMMIT|"; exit 1';
    const { detail } = await verify({ command: script }, { artifact: '$(id)', commit: undefined });
    expect(detail).toContain('1.4.2|$(id)||');
  });

  it('leaves the placeholders of other tools alone', async () => {
    const { detail } = await verify({
      command: ['sh', '-c', 'echo "{{.Status}} {{other}}"; exit 1'],
    });
    expect(detail).toContain('{{.Status}} {{other}}');
  });

  it.each(['$(touch /tmp/owned)', 'a; exit 0', '`id`', "a'b", 'a b', 'a\nb'])(
    'lets no artefact become part of a script: %j',
    async (artifact) => {
      const asked = verify({ command: 'echo {{artifact}}' }, { artifact });
      await expect(asked).rejects.toMatchObject({
        code: 'settings_invalid',
        message: expect.stringContaining('write "$CRESCENDO_ARTIFACT" or a list'),
      });
      const { detail } = await verify(
        { command: ['sh', '-c', 'echo "$1"; exit 1', 'sh', '{{artifact}}'] },
        { artifact },
      );
      expect(detail).toContain(artifact);
    },
  );

  it('says what the version lacks', async () => {
    await expect(
      verify({ command: 'echo {{commit}}' }, { commit: undefined }),
    ).rejects.toMatchObject({
      code: 'settings_invalid',
      message:
        'the command asks for {{commit}}: the version has no commit; start the release with one',
    });
  });

  it('passes secrets of the connection on, and masks them', async () => {
    const settings = { command: 'echo "$CI_TOKEN"; exit 1' };
    const { detail } = await verify(settings, {}, { env: { CI_TOKEN: 's3cr3t-token' } });
    expect(detail).toBe('the command exited with code 1: ***');
  });
});
