# What PgBouncer reports of itself on a real connection: the ParameterStatus messages of its login, as name=value lines.
#
#   perl -e "$(cat reported.pl)" DATABASE
#
# psql can log in and cannot show them. So psql connects to a socket of ours, we pass every byte on to PgBouncer's own
# socket, and read along what comes back at the login. No query is sent.
# Message formats: PostgreSQL documentation, "Frontend/Backend Protocol", "Message Formats".
use strict;
use warnings;
use Socket;

my $run = '/run/pgbouncer/private';
my $port = $ENV{PGBOUNCER_LISTEN_PORT} || 6432;
my $own = 10000 + $$ % 50000; # a socket's name has a port in it; two that look at the same time have one each
my $name = "$run/.s.PGSQL.$own";
alarm 3;

unlink $name;
socket(my $door, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
bind($door, sockaddr_un($name)) && listen($door, 1) or die "socket: $!\n";
my $psql = fork // die "fork: $!\n";
if (!$psql) {
    $ENV{PGSERVICEFILE} = "$run/pg_service.conf";
    open STDOUT, '>', '/dev/null';
    my $quoted = $ARGV[0] =~ s/([\\'])/\\$1/gr;
    exec 'psql', '-Xw', '-d', "service=health host=$run port=$own dbname='$quoted' sslmode=disable gssencmode=disable"
        . ' application_name=devpool-status', '-c', '\q';
}
$SIG{ALRM} = sub { kill 'TERM', $psql; unlink $name; die "no answer within 3 seconds\n" };
accept(my $client, $door);
unlink $name;
socket(my $pooler, AF_UNIX, SOCK_STREAM, 0);
connect($pooler, sockaddr_un("$run/.s.PGSQL.$port")) or die "PgBouncer is not there: $!\n";

my $said = '';
while (1) {
    my $waiting = '';
    vec($waiting, fileno $_, 1) = 1 for $client, $pooler;
    select($waiting, undef, undef, undef);
    for my $pair ([$client, $pooler], [$pooler, $client]) {
        my ($from, $to) = @$pair;
        next unless vec($waiting, fileno $from, 1);
        my $bytes = '';
        sysread($from, $bytes, 65536) or goto DONE;
        syswrite($to, $bytes);
        $said .= $bytes if $from == $pooler;
    }
}

DONE:
close $client;
close $pooler;
waitpid $psql, 0;
while (length $said >= 5) {
    my ($kind, $length) = unpack 'aN', $said;
    my $body = substr $said, 5, $length - 4;
    print join('=', split /\0/, $body), "\n" if $kind eq 'S';
    $said = substr $said, $length + 1;
}
