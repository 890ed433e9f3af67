# Looks into the idle server connections of one pool, through PgBouncer itself, and prints a line of JSON for each.
#
#   perl -e "$(cat leaks.pl)" USER DATABASE COUNT SQL SECONDS
#
# What a session has prepared, listens to or has set can be seen in that session alone. PgBouncer gives each open
# transaction a server connection of its own: COUNT transactions at the same time see COUNT of them. COUNT is how many
# are idle, so that the pool need not grow. An app that wants one in that moment gets another, as far as the pool has
# room, or waits until all have answered: some hundredths of a second, and SECONDS at most.
use strict;
use warnings;
use POSIX ();

my ($user, $database, $count, $sql, $seconds) = @ARGV;
my $run = '/run/pgbouncer/private';
my $pass = "$run/leaks.$$";
my $port = $ENV{PGBOUNCER_LISTEN_PORT} || 6432;
umask 077;

# The password of auth_file, where a " is written twice, as a line of a password file. Not on a command line.
sub write_password {
    open my $list, '<', "$run/userlist.txt" or die "there is no auth_file\n";
    while (<$list>) {
        next unless /^"((?:[^"]|"")*)" "((?:[^"]|"")*)"$/;
        my ($name, $secret) = ($1, $2);
        s/""/"/g for $name, $secret;
        next unless $name eq $user;
        $secret =~ s/([\\:])/\\$1/g;
        open my $file, '>', $pass or die "cannot write the password: $!\n";
        print $file "*:*:*:*:$secret\n";
        close $file;
        return;
    }
    die "the pooler does not know the password of this user\n";
}

write_password();
my ($quoted_user, $quoted_database) = map { s/([\\'])/\\$1/gr } $user, $database;
my $where = "host=$run port=$port user='$quoted_user' dbname='$quoted_database' passfile=$pass connect_timeout=3"
    . ' application_name=devpool-leaks';

my @sessions;
for (1 .. $count) {
    pipe my $in, my $to or last;
    pipe my $from, my $out or last;
    my $pid = fork // last;
    if (!$pid) {
        POSIX::dup2(fileno $in, 0);
        POSIX::dup2(fileno $out, 1);
        close $_ for $to, $from, map { ($_->{to}, $_->{from}) } @sessions;
        exec 'psql', '-XwqAt', '-v', 'ON_ERROR_STOP=1', '-d', $where or POSIX::_exit(127);
    }
    close $in;
    close $out;
    syswrite $to, "BEGIN;\n$sql;\n";
    push @sessions, { pid => $pid, to => $to, from => $from, text => '' };
}

# Until each has answered: then every one of them holds a server connection, and no two the same.
my $end = time + $seconds;
while (time < $end and my @waiting = grep { !$_->{done} } @sessions) {
    my $bits = '';
    vec($bits, fileno $_->{from}, 1) = 1 for @waiting;
    select($bits, undef, undef, 0.2);
    for (@waiting) {
        next unless vec($bits, fileno $_->{from}, 1);
        $_->{done} = 1 unless sysread $_->{from}, $_->{text}, 65536, length $_->{text};
        $_->{done} = 1 if $_->{text} =~ /\n/;
    }
}

# A transaction that is not ended here ends with its client: PgBouncer closes the server connection of one that has gone.
$SIG{PIPE} = 'IGNORE';
syswrite $_->{to}, "ROLLBACK;\n" for grep { $_->{done} } @sessions;
for (@sessions) {
    close $_->{to};
    kill 'TERM', $_->{pid} unless $_->{done};
}
waitpid $_->{pid}, 0 for @sessions;
unlink $pass;
print map { $_->{text} } grep { $_->{text} =~ /\n\z/ } @sessions;
