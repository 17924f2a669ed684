# SPDX-License-Identifier: GPL-3.0-or-later
"""assay-mpi on some ranks: started, run to its end, killed at a moment."""
import os
import shutil
import signal
import subprocess
import time

import assay
from tap import Skip

PROGRAM = os.environ.get('ASSAY_MPI', '')
ALLOWED = {'OMPI_ALLOW_RUN_AS_ROOT': '1', 'OMPI_ALLOW_RUN_AS_ROOT_CONFIRM': '1',
           'OMPI_MCA_rmaps_base_oversubscribe': '1', 'OMPI_MCA_mpi_yield_when_idle': '1'}


def start(n, *arguments):
    """A run on n ranks, one thread each."""
    if not PROGRAM or shutil.which('mpirun') is None:
        raise Skip('no MPI: nothing is known of assay-mpi here')
    return subprocess.Popen(['mpirun', '--oversubscribe', '-n', str(n), PROGRAM,
                             *map(str, arguments), '--threads', '1'], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True,
                            env=dict(os.environ, **ALLOWED, XDG_CACHE_HOME=str(assay.CACHE)))


def run(n, *arguments):
    """The finished process and its seconds."""
    began = time.monotonic()
    begun = start(n, *arguments)
    out, said = begun.communicate(timeout=1800)
    return (subprocess.CompletedProcess(begun.args, begun.returncode, out, said),
            time.monotonic() - began)


def kill(begun, victim):
    """Kills a rank, once it is there. Returns the seconds after which the run ended by itself; None
    where it had ended before."""
    ranks = []
    while len(ranks) <= victim:
        if begun.poll() is not None:
            begun.communicate()
            return None
        ranks = subprocess.run(['pgrep', '-P', str(begun.pid), '-f', PROGRAM],
                               capture_output=True, text=True, check=False).stdout.split()
    began = time.monotonic()
    os.kill(int(ranks[victim]), signal.SIGKILL)
    said = begun.communicate(timeout=60)[1]
    seconds = time.monotonic() - began
    assert begun.returncode != 0 and seconds < 20, (seconds, said)
    return seconds


def kill_at(begun, moment, victim):
    """So many seconds after its start; None also where it was done by then."""
    try:
        begun.wait(moment)
        return None
    except subprocess.TimeoutExpired:
        return kill(begun, victim)
