/** Ends the processes we started when this process is gone, however it went. */

import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * The shell reads group ids from us and ends them all when its input closes, which the kernel does
 * for us even after SIGKILL. It polls nothing and looks at no process id but those of the groups.
 */
const script = `
groups=' '
while read -r verb group; do
  case "$verb" in
    watch) groups="$groups$group " ;;
    forget)
      rest=' '
      for one in $groups; do [ "$one" = "$group" ] || rest="$rest$one "; done
      groups="$rest" ;;
  esac
done
for one in $groups; do kill -s TERM -- "-$one" 2>/dev/null; done
tries=0
while [ "$tries" -lt 20 ]; do
  alive=
  for one in $groups; do kill -s 0 -- "-$one" 2>/dev/null && alive=yes; done
  [ -n "$alive" ] || exit 0
  sleep 0.1
  tries=$((tries + 1))
done
for one in $groups; do kill -s KILL -- "-$one" 2>/dev/null; done
`;

const watched = new Set<number>();
let shell: ChildProcess | undefined;

/** From now on the process group ends when this process does: SIGTERM, two seconds, SIGKILL. */
export function watchGroup(group: number): void {
  watched.add(group);
  if (shell) return tell('watch', group);
  shell = startShell();
  for (const one of watched) tell('watch', one);
}

/** The group has ended, its id may soon belong to somebody else. */
export function forgetGroup(group: number): void {
  watched.delete(group);
  tell('forget', group);
}

function tell(verb: 'watch' | 'forget', group: number): void {
  shell?.stdin?.write(`${verb} ${group}\n`);
}

function startShell(): ChildProcess {
  // Detached: Ctrl-C and a closed terminal reach us, not the shell that must outlive us.
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const lost = () => {
    if (shell === child) shell = undefined;
  };
  child.on('error', lost);
  child.on('exit', lost);
  child.stdin.on('error', lost);
  child.unref();
  (child.stdin as Socket).unref();
  return child;
}
