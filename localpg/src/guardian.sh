# Runs one command for an owner and outlives the owner just long enough to clean up after it.
#
#   sh -c <this> guardian LOG SIGNAL REMOVE command...
#
# Standard input is a pipe that the owner alone holds open. A line "keep" on it ends the guardian quietly
# (the command has ended, another guardian took over); its end without one means that the owner stopped or
# died, kill -9 included: the command gets SIGNAL until it is gone, then the folder REMOVE ('' for none) goes.
# Standard output tells the owner the command's exit status as soon as there is one.

trap '' HUP INT TERM
umask 077
# Background commands get /dev/null as standard input, so the pipe moves to descriptor 3, the answer to 4.
exec 3<&0 </dev/null 4>&1
[ -e "$1" ] && mv -f "$1" "$1.previous"
exec >"$1" 2>&1
signal=$2
remove=$3
shift 3

"$@" 3<&- 4>&- &
command=$!

(
    read -r word <&3
    [ "$word" = keep ] && exit 0
    # Repeated, because a command that is just starting does not listen yet. After 20 s of patience QUIT,
    # PostgreSQL's immediate shutdown, which loses nothing that was committed.
    tries=0
    while kill -s "$signal" "$command" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -gt 200 ] && signal=QUIT
        sleep 0.1
    done
    exit 1
) 4>&- &
watcher=$!

wait "$command"
status=$?
# A dead owner does not read the answer, and the folder is still to be removed.
trap '' PIPE
echo "$status" >&4

wait "$watcher" && exit 0
[ -z "$remove" ] && exit 0
for _ in 1 2 3 4 5; do
    # What a crashed server leaves behind may write for another moment.
    rm -rf "$remove" && exit 0
    sleep 0.2
done
