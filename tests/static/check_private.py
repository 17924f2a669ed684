#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""There is no network code: our own object files ask for no symbol of networks, nor for the name of
the user or of the machine. assay-mpi, which joins machines, is a program of its own."""
import pathlib
import re
import subprocess
import sys

from tree import ROOT
from tap import Tap

NETWORK = re.compile(
    r'_*(socket|socketpair|connect|bind|listen|accept4?|send|sendto|sendmsg|recv|recvfrom|recvmsg|'
    r'getaddrinfo|gethostbyname\w*|getnameinfo|res_\w*|inet_\w+|'
    r'g_(socket|resolver|inet|network|proxy|tcp|tls|dtls|unix_connection)_\w+|'
    r'(soup|curl|webkit|rest|gnutls|SSL|ssl)_\w+|PQ\w+|mysql_\w+)(@\S+)?')
NAMES = re.compile(r'_*(gethostname|uname|getlogin\w*|getpw\w+|g_get_(host|user|real)_name)(@\S+)?')


def undefined(folder):
    """(object file, symbol) of every symbol that our objects take from elsewhere."""
    objects = sorted(p for p in folder.rglob('*.o') if 'mpi' not in p.name)
    found = subprocess.run(['nm', '--undefined-only', '--print-file-name', *objects],
                           capture_output=True, text=True, check=True).stdout
    return len(objects), [(line.split(':')[0], line.split()[-1]) for line in found.splitlines()
                          if line.strip()]


def main():
    tap = Tap()
    build = pathlib.Path(sys.argv[1])
    count, symbols = undefined(build / 'src')
    for title, pattern in (('networks', NETWORK), ('the names of user and machine', NAMES)):
        tap.check(f'{count} object files ask for nothing about {title}',
                  [f'{pathlib.Path(file).name}: {symbol}' for file, symbol in symbols
                   if pattern.fullmatch(symbol)])
    tap.check('the symbols were read', [] if count > 100 and any(
        symbol.split('@')[0] == 'fsync' for _, symbol in symbols) else ['no fsync among them'])
    sources = sorted((ROOT / 'src').rglob('*.[ch]'))
    tap.check('JSON is read by ay_json_read() alone, which looks at its depth first',
              [str(path) for path in sources if path.name != 'json_text.c' and re.search(
                  r'json_(from_string|parser_load_from)', path.read_text(encoding='utf-8'))])
    tap.finish()


if __name__ == '__main__':
    main()
