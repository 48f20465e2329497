package visible

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// commands are what the log of a CI server obeys: GitHub's workflow commands, at
// the begin of a line but for space, and those of its runner before; Azure's and
// TeamCity's, wherever they stand; GitLab's and Travis' marks of a section.
//
//   - https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
//   - https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
//   - https://www.jetbrains.com/help/teamcity/service-messages.html
//   - https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections
var commands = regexp.MustCompile(`(?m)^[\t\p{Zs}]*::|##(?:vso|teamcity)?\[|section_(?:start|end):|travis_(?:fold|time):`)

// Unspoken is the part of [Text] that is about CI servers: for text that is ours but
// for what was made visible in it before, once its lines were broken anew.
func Unspoken(s string) string {
	if !mayCommand(s) {
		return s
	}
	return withoutCommands(s, `\x%02x`)
}

// mayCommand is false of most texts, and quick.
func mayCommand(s string) bool {
	return strings.Contains(s, "::") || strings.Contains(s, "##") || strings.Contains(s, "section_") || strings.Contains(s, "travis_")
}

// withoutCommands writes the first character of each command in a format.
func withoutCommands(s, format string) string {
	return commands.ReplaceAllStringFunc(s, func(found string) string {
		word := strings.TrimLeftFunc(found, unicode.IsSpace)
		return strings.TrimSuffix(found, word) + fmt.Sprintf(format, word[0]) + word[1:]
	})
}
