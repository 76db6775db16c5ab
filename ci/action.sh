#!/usr/bin/env bash
# The step of action.yml: scan, hold the run against a baseline, and leave what GitHub shows. Ends with netaudit's own
# exit code. Everything from outside comes by environment variables, so that no input is ever run as a command.
set -euo pipefail

netaudit=${NETAUDIT:-netaudit}
judging=(--fail-on "$FAIL_ON")
if [[ $ALLOW_INCOMPLETE == true ]]; then judging+=(--allow-incomplete); fi
while IFS= read -r profile; do
    if [[ -n $profile ]]; then judging+=(--profile "$profile"); fi
done <<< "$PROFILES"

shown=github # annotations: of the scan, or else of what is new
if [[ -n $BASELINE ]]; then shown=json; fi

code=0
"$netaudit" scan "$INVENTORY" -o "$OUTPUT" --quiet --lang "$LANGUAGE" \
    -f "html,md,$shown,$FORMATS" "${judging[@]}" || code=$?

if [[ -n $BASELINE && ($code -le 1 || $code -eq 3) ]]; then # anything else is no run that could be compared
    gate=(--baseline "$BASELINE")
    if [[ -n $HISTORY ]]; then gate+=(--history "$HISTORY"); fi
    if [[ $ONLY_NEW == true ]]; then gate+=(--only-new); fi
    code=0
    "$netaudit" gate "$OUTPUT" "${gate[@]}" "${judging[@]}" --lang "$LANGUAGE" -f text,github || code=$?
fi

if [[ -f $OUTPUT/run.md ]]; then cat "$OUTPUT/run.md" >> "$GITHUB_STEP_SUMMARY"; fi
{
    echo "exit-code=$code"
    echo "report=$OUTPUT/index.html"
    echo "run=$OUTPUT/run.json"
    if [[ -f $OUTPUT/run.sarif ]]; then echo "sarif=$OUTPUT/run.sarif"; fi
} >> "$GITHUB_OUTPUT"
exit "$code"
