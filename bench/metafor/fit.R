# Rscript bench/metafor/fit.R FOLDER
#
# Fits every job of FOLDER with metafor and writes what came out to standard output, one number a line:
#   job <tab> quantity <tab> name <tab> value (%.17g)
# A job NAME is NAME.job (key <tab> values), NAME.csv (the data) and, unless V is the column vi, NAME.V (its blocks,
# row-major doubles) with the block sizes in the job file; NAME.nwk is a tree of the levels of its last random effect.
suppressPackageStartupMessages(library(metafor))
folder <- commandArgs(trailingOnly = TRUE)[1]

put <- function(job, quantity, name, value)
  cat(sprintf("%s\t%s\t%s\t%.17g\n", job, quantity, name, as.numeric(value)), sep = "")

read_job <- function(path) {
  lines <- strsplit(readLines(path), "\t", fixed = TRUE)
  keys <- vapply(lines, `[`, "", 1)
  list(
    get = function(key, default = NULL) {
      at <- match(key, keys)
      if (is.na(at)) default else lines[[at]][-1]
    },
    factors = lapply(lines[keys == "factor"], `[`, -1),
    random = vapply(lines[keys == "random"], `[`, "", 2)
  )
}

read_blocks <- function(path, sizes) {
  values <- readBin(path, "double", sum(sizes^2))
  ends <- cumsum(sizes^2)
  Map(function(size, end) matrix(values[(end - size^2 + 1):end], size, byrow = TRUE), sizes, ends)
}

# from the tightest settings to the loosest, since metafor's optimizers give up on a tolerance that is out of reach
controls <- function(call, scale, tight) {
  if (!tight) return(list(list()))
  if (call == "rma" && is.null(scale))
    return(lapply(c(1e-13, 1e-11, 1e-9), function(x) list(threshold = x, maxiter = 1e5)))
  lapply(c(1e-15, 1e-14, 1e-13, 1e-12, 1e-11), function(x)
    list(optimizer = "nlminb", rel.tol = x, iter.max = 20000, eval.max = 40000))
}

run_job <- function(name) {
  job <- read_job(file.path(folder, paste0(name, ".job")))
  dat <- read.csv(file.path(folder, paste0(name, ".csv")), check.names = FALSE)
  for (one in job$factors) dat[[one[1]]] <- factor(dat[[one[1]]], levels = one[-1])
  call <- job$get("call")
  method <- job$get("method", "ML")
  mods <- as.formula(job$get("mods"))
  scale <- job$get("scale")
  args <- list(quote(dat$yi), mods = mods, data = quote(dat), method = method)
  if (call == "rma") {
    args <- append(args, quote(dat$vi), after = 1)
    if (!is.null(scale)) args$scale <- as.formula(scale)
    fun <- rma
  } else {
    sizes <- as.integer(job$get("sizes"))
    V <- if (length(sizes)) read_blocks(file.path(folder, paste0(name, ".V")), sizes) else dat$vi
    if (length(sizes) == 1) V <- V[[1]]
    args <- append(args, quote(V), after = 1)
    dat$.row <- seq_len(nrow(dat))
    by <- job$get("by")
    if (length(job$random)) {
      terms <- lapply(job$random, as.formula)
      args$random <- c(terms, ~ 1 | .row)
      tree <- file.path(folder, paste0(name, ".nwk"))
      group <- all.vars(terms[[length(terms)]])
      if (file.exists(tree)) args$R <- setNames(list(ape::vcv(ape::read.tree(tree), corr = TRUE)), group)
    } else if (method != "FE") {
      args$random <- if (is.null(by)) ~ 1 | .row else as.formula(paste("~", by, "| .row"))
      if (!is.null(by)) args$struct <- "DIAG"
      args$cvvc <- job$get("cvvc", "no") == "yes"
    } else args$method <- "ML"
    args$sparse <- job$get("sparse", "no") == "yes"
    fun <- rma.mv
  }
  res <- NULL
  for (control in controls(call, scale, job$get("control") == "tight")) {
    if (length(control)) args$control <- control
    message <- NULL
    first <- system.time(
      res <- tryCatch(suppressWarnings(do.call(fun, args)),
                      error = function(e) { message <<- conditionMessage(e); NULL }))
    if (!is.null(res)) break
  }
  if (is.null(res)) {
    cat(name, "error", gsub("[\t\n]+", " ", message), 0, sep = "\t"); cat("\n")
    return()
  }
  levels_by <- function() paste0(job$get("by"), res$g.levels.f[[1]])
  label <- function(names) ifelse(names == "intrcpt", "(Intercept)", names)
  put(name, "beta", label(rownames(res$beta)), res$beta)
  put(name, "se", label(rownames(res$beta)), res$se)
  if (!is.null(scale)) {
    put(name, "alpha", label(rownames(res$alpha)), res$alpha)
    put(name, "se_alpha", label(rownames(res$alpha)), res$se.alpha)
  } else if (call == "rma") put(name, "tau2", "", res$tau2)
  else if (length(job$random)) put(name, "tau2", c(job$random, "~ 1 | .row"), res$sigma2)
  else if (method != "FE" && is.null(job$get("by"))) put(name, "tau2", "", res$sigma2)
  else if (method != "FE") put(name, "tau2", levels_by(), res$tau2)
  if (isTRUE(args$cvvc))
    put(name, "se_tau2", if (is.null(job$get("by"))) "" else levels_by(), sqrt(diag(as.matrix(res$vvc))))
  # the likelihood of a "FE" model is the same under either name
  put(name, "fit", c("logLik", "AIC", "BIC", "AICc"), res$fit.stats[c("ll", "AIC", "BIC", "AICc"), "ML"])
  means <- if (is.null(scale)) fitted(res) else fitted(res)$location
  put(name, "fitted", seq_along(means), means)
  seconds <- replicate(as.integer(job$get("repeats", "0")), system.time(suppressWarnings(do.call(fun, args)))[["elapsed"]])
  put(name, "seconds", "", if (length(seconds)) median(seconds) else first[["elapsed"]])
}

cat(sprintf("\tversion\t%s, metafor %s\t0\n", sub(" \\(.*", "", R.version.string), packageVersion("metafor")))
for (file in list.files(folder, "\\.job$")) run_job(sub("\\.job$", "", file))
