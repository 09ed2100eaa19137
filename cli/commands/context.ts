/** `context`: servers by name, kept in the configuration file. */

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { action, type Call, type Session } from '../call.ts';
import { usage } from '../failure.ts';
import { table } from '../render/table.ts';
import type { Piece } from '../render/text.ts';
import { checkAddress, configPath, readConfig, type ConfigFile } from '../settings.ts';

export function addContext(program: Command, session: Session): void {
  const context = program.command('context').description('servers by name, in a file of yours');
  context
    .command('list')
    .description('show them; the one in use has a mark')
    .action(action(session, (call) => listContexts(call)));
  context
    .command('set')
    .description('add or change one; the first one is used at once')
    .argument('<name>')
    .requiredOption('--server <url>', 'its address')
    .option('--token-stdin', 'read its token from standard input and keep it in the file')
    .action(
      action<{ server: string; tokenStdin?: boolean }>(session, (call, [name = ''], flags) =>
        setContext(call, name, flags.server, flags.tokenStdin === true),
      ),
    );
  context
    .command('use')
    .description('use it from now on')
    .argument('<name>')
    .action(
      action(session, (call, [name = '']) => change(call, name, (file) => (file.current = name))),
    );
  context
    .command('remove')
    .description('forget it')
    .argument('<name>')
    .action(
      action(session, (call, [name = '']) =>
        change(call, name, (file) => {
          delete file.contexts[name];
          if (file.current === name) file.current = null;
        }),
      ),
    );
}

async function listContexts(call: Call): Promise<void> {
  const { current, contexts } = await readConfig(call.io.env);
  const rows = Object.entries(contexts).map(([name, { server, token }]): Piece[] => {
    const used: Piece = name === current ? ['good', '● in use'] : '';
    return [['strong', name], server, token ? 'token kept' : 'no token', used];
  });
  if (rows.length > 0) call.print(table(['context', 'server', 'token', 'used'], rows));
  else call.say('None yet: `crescendo context set NAME --server URL` makes the first.');
}

async function setContext(call: Call, name: string, address: string, tokenStdin: boolean) {
  const file = await readConfig(call.io.env);
  const server = checkAddress(address);
  const token = tokenStdin ? (await call.io.readStdin()).trim() : file.contexts[name]?.token;
  file.contexts[name] = { server, token };
  file.current ??= name;
  await writeConfig(call, file);
  call.say(
    `${name} is ${server}${file.current === name ? ', in use' : ''}. Check it: crescendo status --context ${name}`,
  );
}

async function change(call: Call, name: string, edit: (file: ConfigFile) => void): Promise<void> {
  const file = await readConfig(call.io.env);
  if (!Object.hasOwn(file.contexts, name)) {
    throw usage(`there is no context "${name}"`, '`crescendo context list` shows them.');
  }
  edit(file);
  await writeConfig(call, file);
  call.say(`In use: ${file.current ?? 'none'}`);
}

/** Whole or not at all, and for its owner's eyes only: it may hold tokens. */
async function writeConfig({ io }: Call, file: ConfigFile): Promise<void> {
  const path = configPath(io.env);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}
