// Package train trains embedding networks by recipes.
//
// In come a [recipe.Config] and the images that it names; out come a folder with the
// bundle of the network, checkpoints, a log and a report. The command line calls [Run],
// and [Teach] to make the teacher's features that distillation needs.
//
// The path of a step: batch.go makes the samples with packages capturesim and synthdoc
// (contents.go makes those whose views have other contents), network.go computes their
// embeddings, objective.go the losses of package train/loss and their gradients, and
// optimize.go updates the weights. run.go, run_data.go and run_stage.go hold the loop
// around it, checkpoint.go keeps its checkpoints, evaluate.go measures the network,
// and progress.go, logs.go, tensorboard.go and report.go say how it goes. teach.go,
// teach_command.go and teacher.go make, and read, a teacher's features.
//
// Every random choice is drawn from a stream named by seed, purpose and position (package
// train/random). A run that was stopped and resumed therefore gives the same weights, to
// the bit, as one that was not.
package train
